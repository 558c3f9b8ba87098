package gyro

import (
	"github.com/gyrodata/gyro/schema"
)

// Estimate is what a source expects of a [Selection].
type Estimate struct {
	SQL   string  // the SELECT as it will run
	Shape string  // how the rows are found: "plain predicate", "plain predicate on …", "unnest join on …", "lateral join per …"
	Why   string  // why so, where keys lead to the rows: how many they are, and what part of those that there are
	Rows  float64 // as the planner thinks
	Cost  float64 // in the planner's units
}

// Plan is what a run would do.
type Plan struct {
	Origin      Origin
	Jobs        []PlannedJob
	Notes       []Text        // what the user should know, one line each
	TargetError error         // why the target would refuse, or nil
	Loads       []PlannedLoad // of a load, parents first; of an export none
}

// PlannedLoad is one file of a load's [Plan].
type PlannedLoad struct {
	Model    schema.Name
	File     string
	Rows     int64
	Create   bool // the table is not there and will be made
	Straight bool // copied into the table itself, if that is empty; else by way of a staging table
	MapOnly  bool // not loaded: its rows are looked for in the target
	IDs      IDs
	Conflict Conflict
	Mapped   []string // the references whose values change: "shop_id -> accounts_shop"
	Columns  []string // of a foreign CSV file, where the columns come from: "name: Shop Name"
}

// PlannedJob is one job of a [Plan].
type PlannedJob struct {
	Job   int // its number, from 1; 0: a model that is only included
	Model schema.Name
	File  string
	Whole bool // nothing restricts it: the whole table
	// References says of each reference what becomes of rows that refer to rows which were
	// not selected: "shop_id -> accounts_shop: restrict".
	References []string
	// Masks say of each column that has one what is written in its place: "email: fake email".
	Masks []string
	// Estimate of a job whose parents are selected first is a guess, from the share of the
	// parents' rows that is expected to be selected.
	Estimate
}

// Means says how the job finds its rows: "whole table", "plain predicate on tenant_id: 1 key, 2 % of those that there are", "only
// rows that others include".
func (j PlannedJob) Means() string {
	switch {
	case j.Job == 0:
		return "only rows that others include"
	case j.Whole:
		return "whole table"
	}
	if j.Why != "" {
		return j.Shape + ": " + j.Why
	}
	return j.Shape
}
