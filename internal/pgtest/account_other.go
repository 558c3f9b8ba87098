//go:build !unix

package pgtest

import (
	"errors"
	"syscall"
)

type account struct{}

func serverUser() (*account, error) {
	return nil, errors.New("this system has no Unix sockets and signals; name a server by GYRO_TEST_DATABASE")
}

func (*account) own(string) error { return nil }

func (*account) detached() *syscall.SysProcAttr { return nil }
