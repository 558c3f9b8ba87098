package pgtest

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const bouncerPort = "6432" // names the socket's file; nothing listens on it

// bouncerScript runs the pooler until standard input ends, which the kernel sees to however we end.
const bouncerScript = `umask 077
trap : HUP INT TERM PIPE
"$1" bouncer.ini >log 2>&1 </dev/null &
while read -r _; do :; done
kill -KILL $! 2>/dev/null # it has nothing to lose
wait $!`

// Bouncer starts a pgbouncer before the database that a URL leads to, with one connection to the server, in a pool
// mode (session, transaction or statement), and gives the URL that leads through it. It listens on a Unix socket
// only, and ends with the test. Where pgbouncer is not installed the test is skipped; where CI is set it fails.
func Bouncer(t testing.TB, database, mode string) string {
	t.Helper()
	program := find(append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/usr/local/sbin"), "pgbouncer")
	switch {
	case program != "":
	case os.Getenv("CI") != "":
		t.Fatal("pgbouncer is not installed: apt-get install pgbouncer")
	default:
		t.Skip("pgbouncer is not installed: apt-get install pgbouncer")
	}
	user, err := serverUser()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := folder(user)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("pgbouncer said:\n%s", tail(filepath.Join(dir, "log"), 40))
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	settings, err := bouncerSettings(database, dir, mode)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "bouncer.ini"), []byte(settings), 0o600), user.own(dir)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/sh", "-c", bouncerScript, "gyro-bouncer", filepath.Join(program, "pgbouncer"))
	cmd.Dir, cmd.Env, cmd.SysProcAttr = dir, environ(dir), user.detached()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait() // it was killed
	})
	socket := filepath.Join(dir, ".s.PGSQL."+bouncerPort)
	for range 1200 {
		if conn, err := net.Dial("unix", socket); err == nil {
			_ = conn.Close()
			query := url.Values{"host": {dir}, "port": {bouncerPort}, "user": {superuser}}
			return (&url.URL{Scheme: "postgres", Path: "/pooled", RawQuery: query.Encode()}).String()
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("pgbouncer does not start: it said:\n%s", tail(filepath.Join(dir, "log"), 20))
	return ""
}

// bouncerSettings have whoever comes logged in as the URL's role.
func bouncerSettings(database, dir, mode string) (string, error) {
	server, err := pgx.ParseConfig(database)
	if err != nil {
		return "", errors.New("the database's URL can't be read") // quotes no password
	}
	leads := "host=" + server.Host + " port=" + strconv.Itoa(int(server.Port)) + " dbname=" + server.Database + " user=" + server.User
	if server.Password != "" {
		leads += " password='" + server.Password + "'"
	}
	return fmt.Sprintf(`[databases]
pooled = %s
[pgbouncer]
pool_mode = %s
default_pool_size = 1
reserve_pool_size = 0
query_wait_timeout = 20
auth_type = any
listen_port = %s
unix_socket_dir = %s
`, leads, mode, bouncerPort, dir), nil
}
