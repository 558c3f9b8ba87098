package personal_test

import (
	"os"
	"testing"

	"github.com/gyrodata/gyro/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
