package main

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
)

// maxMaskKey is more than any secret has.
const maxMaskKey = 4 << 10

// maskKey reads the secret of masks: of the file that is named, else of GYRO_MASK_KEY.
func (c *cli) maskKey(conf *config.Config) error {
	if conf.MaskKeyFile == "" {
		if key, ok := c.env("GYRO_MASK_KEY"); ok && key != "" {
			conf.MaskKey = gyro.Secret(key)
		}
		return nil
	}
	key, err := readSecret(conf.MaskKeyFile)
	conf.MaskKey = key
	return err
}

// readSecret reads a file that nobody else may read, less the line end behind the secret.
func readSecret(path string) (gyro.Secret, error) {
	fail := func(err error, hint gyro.Text) (gyro.Secret, error) {
		return nil, &gyro.Error{Op: "read the masks' key", Place: path, Err: err, Hint: hint}
	}
	file, err := os.Open(path)
	if err != nil {
		return fail(errors.Unwrap(err), "")
	}
	defer file.Close() //nolint:errcheck // only read
	info, err := file.Stat()
	switch {
	case err != nil:
		return fail(errors.Unwrap(err), "")
	case !info.Mode().IsRegular():
		return fail(errors.New("it is no regular file"), "")
	case info.Mode().Perm()&0o077 != 0:
		return fail(errors.New("others may read it"), gyro.Text("chmod 600 "+path))
	case info.Size() > maxMaskKey:
		return fail(errors.New("it is too large for a secret"), "")
	}
	text, err := io.ReadAll(io.LimitReader(file, maxMaskKey))
	if err != nil {
		return fail(err, "")
	}
	if text = bytes.TrimRight(text, "\r\n"); len(text) == 0 {
		return fail(errors.New("it is empty"), "openssl rand -hex 32 > "+gyro.Text(path))
	}
	return text, nil
}
