package export

import (
	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// Listed is the table as the manifest of a slice will list it, with what becomes of each reference; of the rows nothing is
// known yet. Of a table that [Survey.Others] gave it says what the catalog does.
func (t Table) Listed() driver.ManifestFile { return manifestFile(t.step) }

// Expected is what the source expects of the table's job; of a table that is only included, nothing.
func (t Table) Expected() gyro.Estimate { return t.step.estimate }
