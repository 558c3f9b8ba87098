// Package progress shows what a run does, as export, load and sheets tell it: bars on a terminal, one
// line in a notebook, log lines in a pipe, JSON lines for a program. [New] chooses.
//
// In a notebook whose kernel runs Go, [Notebook] has bars as HTML, and [PlanHTML] and [ReportHTML] are what comes
// before and after.
//
// Nothing here slows the run: events come at most ten times a second, and what can't be
// written is let go.
package progress
