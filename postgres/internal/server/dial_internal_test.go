//go:build linux

package server

import (
	"context"
	"maps"
	"net"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What libpq's parameters say of a connection holds for its socket, and none of them goes to the server.
func TestDialing(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for _, c := range []struct {
		parameters                            map[string]string
		user, alive, idle, interval, attempts int
	}{
		{map[string]string{}, 300_000, 1, 30, 10, 3},
		{map[string]string{
			"tcp_user_timeout": "1234", "keepalives_idle": "7", "keepalives_interval": "5", "keepalives_count": "2", "gssencmode": "disable", "sslcompression": "0",
		}, 1234, 1, 7, 5, 2},
		{map[string]string{"keepalives": "0", "tcp_user_timeout": "0"}, 0, 0, 0, 0, 0},
	} {
		parameters := maps.Clone(c.parameters)
		d, err := dialingOf(parameters)
		if err != nil || len(parameters) > 0 {
			t.Errorf("%v: %v, left %v", c.parameters, err, parameters)
		}
		conn, err := d.dial(context.Background(), "tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		raw, err := conn.(*net.TCPConn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		want := func(level, option, value int, what string) {
			_ = raw.Control(func(fd uintptr) {
				if got, err := unix.GetsockoptInt(int(fd), level, option); err != nil || got != value {
					t.Errorf("%v: %s is %d, %v; want %d", c.parameters, what, got, err, value)
				}
			})
		}
		want(unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, c.user, "the user timeout")
		want(unix.SOL_SOCKET, unix.SO_KEEPALIVE, c.alive, "keep-alive")
		if c.alive > 0 {
			want(unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, c.idle, "keepalives_idle")
			want(unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, c.interval, "keepalives_interval")
			want(unix.IPPROTO_TCP, unix.TCP_KEEPCNT, c.attempts, "keepalives_count")
		}
		_ = conn.Close()
	}
	_, err = dialingOf(map[string]string{"tcp_user_timeout": "hush", "sslcrl": "hush", "gssencmode": "require"})
	for _, want := range []string{"tcp_user_timeout in the URL is no whole number", "sslcrl in the URL is not supported", "gssencmode in the URL is not supported"} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("got %v, lacks %s", err, want)
		}
	}
}
