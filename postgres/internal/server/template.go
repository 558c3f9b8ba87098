package server

import "strings"

// Fill puts parts into a text of SQL that stands as one: each {name} becomes what follows the name.
// What is put in is not looked at again.
func Fill(sql string, parts ...string) string {
	replacements := make([]string, len(parts))
	for i := 0; i+1 < len(parts); i += 2 {
		replacements[i], replacements[i+1] = "{"+parts[i]+"}", parts[i+1]
	}
	return strings.NewReplacer(replacements...).Replace(sql)
}
