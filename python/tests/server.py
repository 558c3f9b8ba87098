"""The test server asked in plain SQL, by whichever psycopg there is."""

from contextlib import closing

try:
    from psycopg import connect
except ImportError:
    from psycopg2 import connect


def execute(url, *statements):
    with closing(connect(url)) as connection:
        connection.autocommit = True
        for statement in statements:
            connection.cursor().execute(statement)


def rows(url, query):
    with closing(connect(url)) as connection:
        cursor = connection.cursor()
        cursor.execute(query)
        return cursor.fetchall()
