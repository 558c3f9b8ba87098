package pgtest_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// When roleEnv is set, this test binary is not a test but the victim of one.
const roleEnv = "GYRO_PGTEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleEnv) {
	case "":
		os.Exit(pgtest.Main(m))
	case "wait": // start a server, say where, wait to be killed
		s := mustStart()
		fmt.Println(s.Dir())
		select {}
	case "panic":
		s := mustStart()
		fmt.Println(s.Dir())
		panic("as ordered")
	}
}

func mustStart() *pgtest.Server {
	s, err := pgtest.Start(context.Background(), pgtest.Options{NoEmbedded: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return s
}
