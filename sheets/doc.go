// Package sheets loads CSV files that others wrote (a customer, a spreadsheet, an old system) into a
// database, in one transaction: headers become columns, references are found by natural keys, every
// row that breaks a rule is named.
//
//	report, err := sheets.Load{
//		Files:  []sheets.File{{Model: Shops, From: csvdir.File("shops.csv", "")}},
//		Target: postgres.DB{URL: url},
//		Importers: gyro.Registry{
//			{Model: Tenants},
//			{Model: Shops, IDs: gyro.NaturalKey("tenant", "url"), Columns: gyro.Columns{
//				"name":   {From: "Shop Name"},
//				"tenant": {Ref: Tenants, By: gyro.By{"subdomain": "Tenant"}},
//			}},
//		},
//	}.Run(ctx)
//
// Delimiter and header are found out, or said in gyro.CSV, and so is an encoding that is not UTF-8. A single row that breaks a rule
// refuses the load, unless the file's Reject takes such rows; the gyro.Validation of the report lists
// rules, counts and rows. Package guess writes a first mapping.
package sheets
