// Package mask has the masks of columns: what is written in place of a clear value.
//
//	{Model: Customers, Columns: gyro.Columns{
//		"first_name": {Mask: mask.FirstName()},
//		"email":      {Mask: mask.Email()},
//		"iban":       {Mask: mask.Partial(0, 4)},
//		"birthdate":  {Mask: mask.TruncateDate("year")},
//		"note":       {Mask: mask.Null()},
//		"created_at": {Mask: mask.Keep()},
//	}}
//
// Masks are of two kinds. Those "on the server" are expressions over the clear value, which the source evaluates ([Hash],
// [Partial], [Round], [ShiftDate] …): what is keyed is keyed by the session's setting [KeySetting]. Fakes ([Name], [Email],
// [IBAN] …) are made here, and the clear value is not asked for. [Named] makes a mask by its name, as a file has it, and
// [List] lists them; docs/masking.md is that list.
//
// # Guarantees
//
// A fake hangs on the run's key and the row alone: the same row has the same value in every run and on every machine. What
// is of one person or one place is so in all columns of the row. It fits its column: length, precision, type, as
// PostgreSQL prints it. The tables of names and words are gofakeit's, at a pinned version. A mask that is unique carries
// the row's number in its value: two rows have different values, by construction, where the column has room for it, which
// [gyro.Mask.Bits] tells. What is wrong with a mask's settings, or with a mask on a column, [gyro.Mask.Problem] says.
package mask
