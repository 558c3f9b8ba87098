# Starts a PostgreSQL server in a folder; when standard input ends, stops every
# server in the folder and removes it.
#
#	$1 the folder    $2 initdb, the path of pg_basebackup, or keep    $3 the primary, or the data directory that is kept
#
# The first line of standard input is the directory of the binaries. The answer
# is one word on standard output: ready or failed. A signal ends the waiting
# like the end of input does. The server is our own child, not pg_ctl's: so it
# is we who reap it, also in a container whose first process does not.
dir=$1 tool=$2 primary=$3 server=
umask 077
trap : HUP INT TERM PIPE

data() {
	if [ "$tool" = keep ]; then
		ln -s "$primary" data
		[ -e data/PG_VERSION ] && return
	elif [ "$tool" != initdb ]; then
		"$tool" -d "$primary" -D data -R -X stream -c fast
		return
	fi
	for locale in C.UTF-8 C; do # not every system has the first
		"$bin/initdb" -D data -U postgres -A trust -E UTF8 --locale="$locale" --no-sync && return
		rm -rf data/* # a link to a directory that is kept stays
	done
	return 1
}

start() {
	data || return
	cat settings >>data/postgresql.conf
	"$bin/postgres" -D data &
	server=$!
	for _ in $(seq 2400); do # two minutes
		grep -q '^ready' data/postmaster.pid 2>/dev/null && return
		kill -0 "$server" 2>/dev/null || return
		sleep 0.05
	done
	return 1
}

if IFS= read -r bin; then
	if start >>log 2>&1 </dev/null; then echo ready; else echo failed; fi
	while read -r _; do :; done
fi

if [ "$tool" = keep ]; then # what is kept is written down
	[ -n "$server" ] && kill -INT "$server" 2>/dev/null && wait "$server"
else
	[ -n "$server" ] && kill -QUIT "$server" 2>/dev/null
fi
for file in "$dir"/*/postmaster.pid; do
	[ -e "$file" ] || continue
	"$bin/pg_ctl" stop -D "${file%/*}" -m immediate -s >/dev/null 2>&1
done
[ -n "$server" ] && wait "$server"
cd / || exit
rm -rf "$dir" 2>/dev/null # what remains belongs to the one who started us
exit 0
