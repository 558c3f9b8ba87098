package postgres_test

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// proxy stands between a client and a server, and cuts the connection at the first COMMIT of a
// load: before the server has it, or before the client has the answer.
type proxy struct {
	network, address string // of the server
	before           bool
	armed            atomic.Bool
}

func (p *proxy) serve(client net.Conn) {
	server, err := net.Dial(p.network, p.address)
	if err != nil {
		_ = client.Close()
		return
	}
	answered := make(chan struct{})
	cut := atomic.Bool{}
	go func() {
		defer close(answered)
		buffer := make([]byte, 1<<16)
		for {
			n, err := server.Read(buffer)
			if n > 0 && !cut.Load() {
				if _, err := client.Write(buffer[:n]); err != nil {
					return
				}
			}
			if err != nil || n > 0 && cut.Load() {
				return
			}
		}
	}()
	buffer := make([]byte, 1<<16)
	for {
		n, err := client.Read(buffer)
		if bytes.Contains(buffer[:n], []byte("COMMIT")) && p.armed.CompareAndSwap(true, false) {
			cut.Store(true)
			if !p.before {
				_, _ = server.Write(buffer[:n])
				<-answered
			}
			break
		}
		if n > 0 {
			if _, err := server.Write(buffer[:n]); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	_ = server.Close()
	_ = client.Close()
}

// Where the connection is lost at the commit, the server is asked whether the load counts.
func TestLoadLosesCommit(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, family+familyRows, "parent", "child", "pair")
	for _, before := range []bool{false, true} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, family)
		config, err := pgx.ParseConfig(target)
		if err != nil {
			t.Fatal(err)
		}
		p := &proxy{network: "tcp", address: fmt.Sprintf("%s:%d", config.Host, config.Port), before: before}
		if strings.HasPrefix(config.Host, "/") {
			p.network, p.address = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", config.Host, config.Port)
		}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				client, err := listener.Accept()
				if err != nil {
					return
				}
				go p.serve(client)
			}
		}()
		port := listener.Addr().(*net.TCPAddr).Port
		url := fmt.Sprintf("host=127.0.0.1 port=%d user=%s password='%s' dbname=%s sslmode=disable", port, config.User, config.Password, config.Database)
		report, err := loadDir(t, dir, target, load.Slice{Target: postgres.DB{URL: url, Exclusive: postgres.ExclusiveNever}, Progress: func(e gyro.Event) {
			if e.Stage == gyro.Committing {
				p.armed.Store(true)
			}
		}})
		want := "count\n3"
		if before {
			want = "count\n0"
			wantMistakes(t, err, "commit: the connection to the server was lost")
		} else if err != nil || !strings.Contains(strings.Join(texts(report.Notes), "\n"), "the server says that the load was committed") {
			t.Errorf("%v, %+v", err, report)
		}
		wantQuery(t, target, "SELECT count(*) FROM child", want)
	}
}
