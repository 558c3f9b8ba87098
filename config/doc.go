// Package config reads gyro.yaml into the same structs that a Go program builds.
//
//	source: ${PROD_URL}
//	target: slices/dev-qa-org-1
//	importers:
//	  accounts_shop: {columns: {tenant: accounts_tenant}}   # short for {ref: accounts_tenant}
//	  accounts_plan: {ids: {natural: [slug]}, conflict: skip}   # where a slice is loaded
//	jobs:
//	  - {model: accounts_tenant, where: id = $1, args: [1]}
//	  - {model: accounts_shop, where: "id IN (10, 11, 12)"}
//
// Reading is strict: an unknown key, a key twice, a value of another kind is an error that
// says file, line and column, and what may have been meant; all of them at once. No error
// shows a line of the file, which may hold a password.
//
// ${NAME} stands for an environment variable in source, target and args, $${ for a plain
// ${. Text of SQL is taken as it is: values reach it by args.
//
// [Guessed] writes the importers that are guessed for foreign CSV files, as such a file.
package config
