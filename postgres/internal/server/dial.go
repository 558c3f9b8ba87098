package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
)

// dialing is how a TCP connection is kept, by the words of libpq, which stand in the URL. A peer that is gone without a word
// is found out while nothing is under way by keep-alives, and else by the time that what was sent may be without receipt.
type dialing struct {
	keepAlive   net.KeepAliveConfig
	userTimeout time.Duration // 0: the system's
}

// defaultUserTimeout is long, for a server that does not read for so long counts as gone as well; [watch] is sooner.
const defaultUserTimeout = 5 * time.Minute

var (
	// Parameters of libpq that change nothing here.
	idleParameters = []string{"gsslib", "gssdelegation", "sslcompression", "load_balance_hosts", "keepalives_reset"}
	// Those that promise what is not kept here.
	unkeptParameters = []string{"sslcrl", "sslcrldir", "requirepeer", "ssl_min_protocol_version", "ssl_max_protocol_version", "hostaddr", "replication", "oauth_issuer", "oauth_client_id"}
)

// dialingOf takes what is libpq's own out of the parameters that go to the server.
func dialingOf(parameters map[string]string) (dialing, error) {
	d := dialing{
		keepAlive:   net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3},
		userTimeout: defaultUserTimeout,
	}
	var problems []error
	number := func(name string, use func(int)) {
		text, given := parameters[name]
		delete(parameters, name)
		if !given {
			return
		}
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 0 {
			problems = append(problems, &gyro.Error{Op: "connect", Err: fmt.Errorf("%s in the URL is no whole number", name)})
			return
		}
		use(n)
	}
	positive := func(set func(time.Duration)) func(int) {
		return func(n int) {
			if n > 0 { // 0 is the system's, which is ours
				set(time.Duration(n) * time.Second)
			}
		}
	}
	number("keepalives", func(n int) { d.keepAlive.Enable = n != 0 })
	number("keepalives_idle", positive(func(t time.Duration) { d.keepAlive.Idle = t }))
	number("keepalives_interval", positive(func(t time.Duration) { d.keepAlive.Interval = t }))
	number("keepalives_count", func(n int) {
		if n > 0 {
			d.keepAlive.Count = n
		}
	})
	number("tcp_user_timeout", func(n int) { d.userTimeout = time.Duration(n) * time.Millisecond })
	for _, name := range idleParameters {
		delete(parameters, name)
	}
	if gss := parameters["gssencmode"]; gss == "disable" || gss == "prefer" {
		delete(parameters, "gssencmode")
	}
	for _, name := range append(slices.Clone(unkeptParameters), "gssencmode") {
		if _, given := parameters[name]; given {
			problems = append(problems, &gyro.Error{Op: "connect", Err: fmt.Errorf("%s in the URL is not supported", name), Hint: "leave it out"})
		}
	}
	if name, given := parameters["fallback_application_name"]; given {
		delete(parameters, "fallback_application_name")
		if parameters["application_name"] == "" {
			parameters["application_name"] = name
		}
	}
	return d, errors.Join(problems...)
}

// dial connects.
func (d dialing) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{KeepAliveConfig: d.keepAlive, Control: func(network, _ string, c syscall.RawConn) error {
		if d.userTimeout == 0 || !strings.HasPrefix(network, "tcp") {
			return nil
		}
		return setUserTimeout(c, d.userTimeout)
	}}
	if !d.keepAlive.Enable {
		dialer.KeepAlive = -1
	}
	return dialer.DialContext(ctx, network, address) //nolint:wrapcheck // pgx wraps it
}

// use has connections made so.
func (d dialing) use(config *pgx.ConnConfig) { config.DialFunc = d.dial }
