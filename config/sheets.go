package config

import (
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/sheets"
)

// Sheets is what the configuration describes where foreign CSV files are loaded: Target is a URL.
func (c Config) Sheets(files []sheets.File) sheets.Load {
	s := sheets.Load{Files: files, Target: c.Into(), Importers: c.Importers, IDs: c.IDs, Conflict: c.Conflict, Strict: c.Strict, MaskKey: c.MaskKey}
	if c.Record != "" {
		s.Record = csvdir.Dir{Path: c.Record}
	}
	return s
}
