package config

import _ "embed"

// Schema is the JSON Schema (draft 2020-12) of files and of documents.
//
//go:embed schema.json
var Schema string
