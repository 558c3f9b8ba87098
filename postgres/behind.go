package postgres

import (
	"context"

	"github.com/gyrodata/gyro/postgres/internal/server"
)

// Fact is something that stands behind a URL, and what follows from it for who reads there.
type Fact = server.Fact

// Behind says what stands behind the URL, as far as it shows: a primary or a standby, then a pooler, Aurora, TimescaleDB, Citus. It reads
// the catalog alone.
func (d DB) Behind(ctx context.Context) ([]Fact, error) { return server.Behind(ctx, d.server()) }
