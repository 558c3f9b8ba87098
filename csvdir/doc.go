// Package csvdir is a directory as the target of a slice, and as the source of a load: one CSV file a table and
// manifest.json, which makes it complete; and what can be read from it again.
//
// # Whole or nothing
//
// Everything is written into .gyro-new inside the directory: every file flushed to disk,
// then the manifest. From that moment on the new slice is the one that counts, and the
// manifest there is the journal of what is left to do: take the old manifest away, remove
// the old slice's files that the new one does not have, rename the new files in, then the
// manifest. Each step can be repeated, so that whoever opens the directory next
// ends what was broken off; before that moment, .gyro-new is rubbish that the next run
// sweeps away. So a manifest.json always stands beside exactly the files that it lists.
//
// While one process writes, it holds a lock on the directory (flock); a second one is
// refused. Directories are made with mode 0700, files with 0600. Files that no slice
// lists are never touched.
//
// # What the files alone can tell
//
// [Verify] proves that a slice is whole and closed, [Fence] that none of its rows belongs to
// another tenant, or names the chain by which one does, and [Why] says what brought a row in.
// They only read, ask no database, and quote no value of a row unless they are told to.
package csvdir
