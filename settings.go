package gyro

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// Setting is something that a user sets: a field of a struct, one of its values, or a function, by its
// name in Go. Who lets users write it in another way (a file's key, a flag) gives it the name that they
// know: see [Text.In].
type Setting string

// settings are those that a [Text] may name.
var settings = func() map[Setting]bool {
	all := map[Setting]bool{}
	for _, s := range []Setting{
		// Of importers and their columns.
		"Importers", "File", "IDs", "Conflict", "Ref", "Over", "To", "Cases", "When", "Of", "Missing", "Restrict", "Include", "SetNull", "Soft", "Each", "Expr",
		"From", "By", "CreateMissing", "Default", "OneOf", "Pattern", "Min", "Max", "Check", "IfPresent", "Ignore", "Skip", "Keep", "Sequential", "NaturalKey", "Derived", "Fixed", "MaxPlusOne", "Offset",
		// Of jobs.
		"Jobs", "Query", "Limit", "Per", "Percent", "OrderBy", "Seed", "Orphans", "Follow", "MaxRows", "Order",
		// Of runs.
		"Source", "Target", "Files", "Retries", "Create", "DryRun", "Record", "Reject", "KeyMemory", "Mask", "Domain", "Rows", "MaskKey", "Strict", "ShowValues",
		// Of endpoints.
		"Workers", "Overwrite", "Exclusive", "DisableTriggers", "LockTimeout", "StallTimeout", "MaxDuration",
	} {
		all[s] = true
	}
	return all
}()

// Settings are all that a [Text] may name, in their order.
func Settings() []Setting { return slices.Sorted(maps.Keys(settings)) }

// Text is a sentence of a message, in which {Missing} stands for the [Setting] Missing. As it is, it is for
// who writes Go; In says it for others.
type Text string

// Textf is a Text with its verbs filled in, as fmt.Sprintf does it.
func Textf(format string, args ...any) Text {
	filled := fmt.Sprintf(format, args...)
	return Text(filled)
}

// settingName is how a Text names a setting.
var settingName = regexp.MustCompile(`\{([A-Z][A-Za-z]*)\}`)

// In is the text with each setting called as name calls it.
func (t Text) In(name func(Setting) string) string {
	return settingName.ReplaceAllStringFunc(string(t), func(found string) string {
		s := Setting(found[1 : len(found)-1])
		if !settings[s] {
			return found
		}
		return name(s)
	})
}

// String is the text with settings called as in Go.
func (t Text) String() string { return t.In(func(s Setting) string { return string(s) }) }

// Error is String, so that a Text can be the cause of an [Error].
func (t Text) Error() string { return t.String() }

// Settings are those that the text names.
func (t Text) Settings() []Setting {
	var all []Setting
	t.In(func(s Setting) string {
		all = append(all, s)
		return ""
	})
	return all
}
