package drivertest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
)

// Verify reads all files twice: for their keys, and for what refers to them.
func (k *kept) Verify(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var found []error
	wrong := func(format string, args ...any) {
		found = append(found, failed("verify", fmt.Errorf("%w: "+format, append([]any{gyro.ErrUnproven}, args...)...)))
	}
	keys := map[string]bool{} // a table, columns of a key and their values
	for _, f := range k.manifest.Files {
		if digest := sha256.Sum256(k.files[f.File]); hex.EncodeToString(digest[:]) != f.SHA256 || int64(len(k.files[f.File])) != f.Bytes {
			wrong("%s is not the file that was written", f.File)
		}
		var columns []string
		for _, c := range f.Columns {
			columns = append(columns, c.Name)
		}
		header, rows, err := rowsOf(k.files[f.File])
		if err != nil || !slices.Equal(header, columns) || int64(len(rows)) != f.Rows {
			wrong("%s does not hold what the manifest says: %v", f.File, err)
			continue
		}
		for i, key := range append([][]string{f.PrimaryKey}, f.Unique...) {
			if len(key) == 0 {
				continue
			}
			for _, row := range rows {
				value, null := pick(header, row, f.Table, key, key)
				if !null && keys[value] || null && i == 0 {
					wrong("%s has a key that is NULL or stands twice", f.File)
				}
				keys[value] = !null
			}
		}
	}
	for _, f := range k.manifest.Files {
		header, rows, _ := rowsOf(k.files[f.File])
		for _, r := range f.References {
			for _, row := range rows {
				if value, null := pick(header, row, r.Table, r.Columns, r.ToColumns); !null && !keys[value] {
					wrong("%s: %s leads nowhere", f.File, r.Name)
				}
			}
		}
		if f.Included == nil {
			continue
		}
		listed := k.files[f.Included.File]
		if digest := sha256.Sum256(listed); hex.EncodeToString(digest[:]) != f.Included.SHA256 {
			wrong("%s is not the file that was written", f.Included.File)
		}
		header, rows, _ = rowsOf(listed)
		for _, row := range rows {
			if value, _ := pick(header, row, f.Table, f.PrimaryKey, f.PrimaryKey); !keys[value] {
				wrong("%s lists a row that is not there", f.Included.File)
			}
		}
	}
	return errors.Join(found...)
}

// rowsOf reads a file whole; NULL is nil.
func rowsOf(text []byte) (header []string, rows [][]*string, err error) {
	reader := pgcsv.NewReader(bytes.NewReader(text))
	if header, err = reader.Header(); err != nil {
		return nil, nil, err
	}
	for {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return header, rows, nil
		}
		if err != nil {
			return header, rows, err
		}
		row := make([]*string, len(fields))
		for i, f := range fields {
			if value := string(f.Value); !f.Null {
				row[i] = &value
			}
		}
		rows = append(rows, row)
	}
}

// pick gives the values that a row has in columns, as the key of a table by the columns to; null: one is NULL.
func pick(header []string, row []*string, table string, columns, to []string) (value string, null bool) {
	values := map[string]string{}
	for i, c := range columns {
		at := slices.Index(header, c)
		if at < 0 || row[at] == nil {
			return "", true
		}
		values[to[i]] = fmt.Sprintf("%q", *row[at])
	}
	for _, c := range slices.Sorted(maps.Keys(values)) {
		value += c + "=" + values[c] + " "
	}
	return table + " " + strings.TrimSpace(value), false
}
