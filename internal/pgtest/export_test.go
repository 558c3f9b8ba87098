package pgtest

// For the tests outside the package.
var (
	Download = download
	Find     = find
	Named    = named
	Program  = program
)

const EmbeddedVersion = embeddedVersion
