package config

import "github.com/gyrodata/gyro"

// called is what settings are called in a file, or on the command line where they have a flag alone. Where
// both have a name, the file's stands here: flags are spelt the same.
var called = map[gyro.Setting]string{
	"Importers": "importers", "File": "file", "IDs": "ids", "Conflict": "conflict", "Ref": "ref", "Over": "over", "To": "to", "Cases": "cases", "When": "when", "Of": "of",
	"Missing": "missing", "Restrict": "restrict", "Include": "include", "SetNull": "set_null", "Soft": "soft", "Each": "each", "Expr": "expr",
	"From": "from", "By": "by", "CreateMissing": "create_missing", "Default": "default", "OneOf": "one_of", "Pattern": "pattern", "Min": "min", "Max": "max", "Check": "check", "IfPresent": "if_present",
	"Ignore": "ignore", "Skip": "skip", "Keep": "ids: keep", "Sequential": "ids: sequential", "NaturalKey": "ids: natural", "Derived": "ids: derived", "Fixed": "ids: fixed", "MaxPlusOne": "ids: max+1", "Offset": "ids: offset",
	"Jobs": "jobs", "Query": "where", "Limit": "limit", "Per": "per", "Percent": "percent", "OrderBy": "order_by", "Seed": "seed", "Orphans": "orphans", "Follow": "follow",
	"Mask": "mask", "Domain": "domain", "Rows": "when", "MaskKey": "mask_key_file", "Strict": "masks: strict", "MaxRows": "max_rows", "Order": "order", "KeyMemory": "key_memory", "MaxDuration": "max_duration", "LockTimeout": "lock_timeout", "StallTimeout": "stall_timeout", "Exclusive": "exclusive", "DisableTriggers": "disable_triggers",
	"Retries": "retries", "Workers": "workers", "Source": "source", "Target": "target", "Files": "--csv", "Create": "--create", "DryRun": "--dry-run", "Record": "--record", "Reject": "--reject", "ShowValues": "--show-values", "Overwrite": "--overwrite",
}

// Words is a text of the library as a user of files and flags knows it: max_rows for MaxRows.
func Words(text gyro.Text) string {
	return text.In(func(s gyro.Setting) string {
		if name, ok := called[s]; ok {
			return name
		}
		return string(s)
	})
}
