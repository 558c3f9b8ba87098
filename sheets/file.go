package sheets

import (
	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// File is a CSV file that others wrote: a customer, a spreadsheet, an old system. The importer
// of its model says how its columns become the table's.
type File struct {
	Model gyro.Model
	From  driver.SheetFile // such as csvdir.File
}
