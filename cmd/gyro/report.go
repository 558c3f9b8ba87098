package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/picture"
	"github.com/gyrodata/gyro/schema"
)

func init() { furtherCommands = append(furtherCommands, (*cli).reportCommand) }

const defaultReport = "report.html"

func (c *cli) reportCommand() *cobra.Command {
	var (
		file pictureFile
		show bool
	)
	cmd := &cobra.Command{
		Use:   "report DIR",
		Short: "Write a page about a slice, to be looked at and shown",
		Long: `Write one HTML page about a slice: what was asked and what was taken, table by table; the
graph of tables and references; how many children the parents have, by each reference; what is
masked by what; and what verify proves. It is made of the files alone, with no database.

The page is one file that asks for nothing else: no script, no font, no network. It is light or
dark as its reader prefers, and can be printed. No value of a row stands on it.

It ends with 5 where the slice is not proved; the page says why.`,
		Example: "  gyro report slices/dev-qa-org-1 --open\n  gyro report slices/dev-qa-org-1 --output public/slice.html",
		Args: func(cmd *cobra.Command, args []string) error {
			return wantArgs(cmd, len(args) == 1, "name the directory of one slice")
		},
		ValidArgsFunction: directories(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			page, unproved, err := pageOf(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var out bytes.Buffer
			if err := page.HTML(&out); err != nil {
				return &gyro.Error{Op: "read", Place: "directory " + args[0], Err: err, Hint: "gyro verify says what is wrong"}
			}
			if err := file.write(args, out.Bytes()); err != nil {
				return err
			}
			fmt.Fprintf(c.stdout, "report   %s\n", file.output)
			if show {
				err = c.openFile(cmd.Context(), file.output)
			}
			return errors.Join(unproved, err)
		},
	}
	file.flags(cmd, defaultReport, "write to this file")
	cmd.Flags().BoolVar(&show, "open", false, "show it in the browser")
	return cmd
}

// pageOf looks at a slice. What keeps it from being proved is on the page, and given.
func pageOf(ctx context.Context, dir string) (page picture.Page, unproved, err error) {
	m, err := sliceManifest(dir)
	if err != nil {
		return page, nil, err
	}
	v, err := csvdir.Verify(ctx, dir, csvdir.VerifyOptions{})
	if err != nil {
		return page, nil, err //nolint:wrapcheck // it says operation and place itself
	}
	page = picture.Page{Name: dir, Manifest: m, Proof: proofOf(v)}
	if full, err := filepath.Abs(dir); err == nil {
		page.Name = filepath.Base(full) // where it lies is nobody's matter
	}
	if !v.Proved() {
		page.NoSpread = "Not counted: the slice is not proved."
		return page, unproven(v), nil
	}
	spreads, err := csvdir.Spreads(ctx, dir, csvdir.SpreadOptions{})
	if err != nil {
		return page, nil, err //nolint:wrapcheck // it says operation and place itself
	}
	for _, s := range spreads {
		from, _ := schema.ParseName(s.Table) // Verify has read them
		to, _ := schema.ParseName(s.To)
		one := picture.Spread{
			From: from, To: to, Columns: s.Columns, Rows: s.Rows, Parents: s.Parents, Childless: s.Childless, Most: s.Most, NotCounted: s.NotCounted,
		}
		for _, n := range s.Counts {
			one.Counts = append(one.Counts, picture.SpreadCount(n))
		}
		page.Spreads = append(page.Spreads, one)
	}
	return page, nil, nil
}

func proofOf(v *csvdir.Verification) picture.Proof {
	var proof picture.Proof
	for _, f := range v.Files {
		proof.Keys += f.Keys
		proof.References += f.References
	}
	for _, p := range v.Problems {
		proof.Problems = append(proof.Problems, p.String())
	}
	for _, r := range v.References {
		if r.NotProvable != "" {
			proof.NotProvable = append(proof.NotProvable, fmt.Sprintf("%s: reference %s to %s: %s", r.File, r.Name, r.To, r.NotProvable))
		}
	}
	return proof
}

// openFile shows a file by the program that the system has for it, which goes on by itself; BROWSER names another.
func (c *cli) openFile(ctx context.Context, path string) error {
	command := []string{"xdg-open", path}
	switch browser, _ := c.env("BROWSER"); {
	case browser != "":
		command = []string{browser, path}
	case runtime.GOOS == "darwin":
		command[0] = "open"
	case runtime.GOOS == "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler", path}
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), command[0], command[1:]...) //nolint:gosec // the user's own browser
	if err := cmd.Start(); err != nil {
		return &gyro.Error{Op: "open", Place: path, Err: err, Hint: "the page is written; open it in a browser, or name one in BROWSER"}
	}
	return nil
}
