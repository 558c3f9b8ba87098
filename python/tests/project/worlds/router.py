"""These models are declared only: some name tables in schemas that the test database has not."""


class Declared:
    def allow_migrate(self, db, app_label, **hints):
        return False if app_label == "worlds" else None
