package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/guess"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/schema"
)

func init() { guessMapping = guessSheets }

// guessSheets writes a mapping for CSV files to standard output, and nothing else.
func guessSheets(ctx context.Context, c *cli, conf config.Config, s *sheetSettings) error {
	files, models, done, err := s.open(ctx, os.Stdin)
	defer func() { done() }()
	if err != nil {
		return err
	}
	db := postgres.DB{URL: conf.Target, LockTimeout: conf.LockTimeout, StatementTimeout: conf.StatementTimeout, StallTimeout: conf.StallTimeout}
	catalog, err := targetCatalog(ctx, db)
	if err != nil {
		return err
	}
	guesses, err := guess.Importers(ctx, files, catalog, s.over(conf.Importers, models))
	if err != nil {
		return err //nolint:wrapcheck // it says place and problem itself
	}
	if _, err := c.stdout.Write(config.Guessed(guesses)); err != nil {
		return fmt.Errorf("write the mapping: %w", err)
	}
	return nil
}

// targetCatalog is what a target has; nothing is begun.
func targetCatalog(ctx context.Context, db postgres.DB) (_ schema.Catalog, err error) {
	loading, err := db.OpenTarget(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says operation and place itself
	}
	defer func() { err = errors.Join(err, loading.Close()) }()
	return loading.Catalog(ctx) //nolint:wrapcheck // it says operation and place itself
}
