package main

import (
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
)

// planEvent says what a run would do.
type planEvent struct {
	eventName
	Server string        `json:"server"`
	Jobs   []plannedJob  `json:"jobs,omitempty"`
	Loads  []plannedLoad `json:"loads,omitempty"`
	Notes  []string      `json:"notes"`
}

type plannedJob struct {
	Job        int      `json:"job"` // from 1; 0: a model that is only included
	Model      string   `json:"model"`
	File       string   `json:"file"`
	Whole      bool     `json:"whole"`
	Rows       float64  `json:"rows"`
	Cost       float64  `json:"cost"`
	Shape      string   `json:"shape,omitempty"`
	Why        string   `json:"why,omitempty"` // of Shape
	SQL        string   `json:"sql,omitempty"`
	References []string `json:"references"`
	Masks      []string `json:"masks,omitempty"`
}

type plannedLoad struct {
	Model    string   `json:"model"`
	File     string   `json:"file"`
	Rows     int64    `json:"rows"`
	Create   bool     `json:"create"`
	Straight bool     `json:"straight"`
	MapOnly  bool     `json:"map_only"`
	IDs      string   `json:"ids"`
	Conflict string   `json:"conflict,omitempty"`
	Mapped   []string `json:"mapped"`
	Columns  []string `json:"columns,omitempty"`
}

func planned(p *gyro.Plan) planEvent {
	event := planEvent{eventName: eventName{"plan"}, Server: p.Origin.Server, Notes: notes(p.Notes)}
	for _, j := range p.Jobs {
		event.Jobs = append(event.Jobs, plannedJob{
			Job: j.Job, Model: j.Model.String(), File: j.File, Whole: j.Whole, Rows: j.Rows, Cost: j.Cost, Shape: j.Shape, Why: j.Why, SQL: j.SQL,
			References: list(j.References), Masks: j.Masks,
		})
	}
	for _, l := range p.Loads {
		load := plannedLoad{
			Model: l.Model.String(), File: l.File, Rows: l.Rows, Create: l.Create, Straight: l.Straight, MapOnly: l.MapOnly, IDs: l.IDs.String(),
			Mapped: list(l.Mapped), Columns: l.Columns,
		}
		if !l.Conflict.IsZero() {
			load.Conflict = l.Conflict.String()
		}
		event.Loads = append(event.Loads, load)
	}
	return event
}

// list is never null in JSON.
func list(texts []string) []string { return append([]string{}, texts...) }

func notes(texts []gyro.Text) []string {
	all := []string{}
	for _, text := range texts {
		all = append(all, config.DocumentWords(text))
	}
	return all
}

// reportEvent says what a run did.
type reportEvent struct {
	eventName
	Place   string         `json:"place,omitempty"` // the directory of the slice
	Server  string         `json:"server,omitempty"`
	Standby bool           `json:"standby,omitempty"`
	Time    *time.Time     `json:"time,omitempty"` // of the snapshot
	Files   []reportedFile `json:"files,omitempty"`
	Rows    int64          `json:"rows"`
	Bytes   int64          `json:"bytes"`
	Seconds float64        `json:"seconds"`
	Notes   []string       `json:"notes"`
	Load    *reportedLoad  `json:"load,omitempty"`
}

type reportedFile struct {
	Model    string  `json:"model"`
	File     string  `json:"file"`
	Rows     int64   `json:"rows"`
	Included int64   `json:"included"`
	Bytes    int64   `json:"bytes"`
	Seconds  float64 `json:"seconds"`
}

type reportedLoad struct {
	Server     string          `json:"server"`
	Tables     []reportedTable `json:"tables"`
	Exclusive  bool            `json:"exclusive"`
	DryRun     bool            `json:"dry_run"`
	Record     string          `json:"record,omitempty"`
	NoUndo     string          `json:"no_undo,omitempty"`
	Seconds    float64         `json:"seconds"`
	Validation *validationJSON `json:"validation,omitempty"`
}

type reportedTable struct {
	Model    string `json:"model"`
	File     string `json:"file,omitempty"`
	Rows     int64  `json:"rows"`
	Inserted int64  `json:"inserted"`
	Skipped  int64  `json:"skipped"`
	Updated  int64  `json:"updated"`
	Rejected int64  `json:"rejected"`
	Deleted  int64  `json:"deleted"`
}

func reported(r *gyro.Report) reportEvent {
	event := reportEvent{
		eventName: eventName{"report"}, Place: r.Place, Server: r.Origin.Server, Standby: r.Origin.Standby, Rows: r.Rows, Bytes: r.Bytes,
		Seconds: r.Elapsed.Seconds(), Notes: notes(r.Notes),
	}
	if !r.Origin.Time.IsZero() {
		event.Time = &r.Origin.Time
	}
	for _, f := range r.Files {
		event.Files = append(event.Files, reportedFile{f.Model.String(), f.File, f.Rows, f.Included, f.Bytes, f.Elapsed.Seconds()})
	}
	if r.Load == nil {
		return event
	}
	load := &reportedLoad{
		Server: r.Load.Origin.Server, Tables: []reportedTable{}, Exclusive: r.Load.Exclusive, DryRun: r.Load.DryRun, Record: r.Load.Record,
		NoUndo: config.DocumentWords(r.Load.NoUndo), Seconds: r.Load.Elapsed.Seconds(),
	}
	for _, t := range r.Load.Tables {
		load.Tables = append(load.Tables, reportedTable{t.Model.String(), t.File, t.Rows, t.Inserted, t.Skipped, t.Updated, t.Rejected, t.Deleted})
	}
	if r.Load.Validation != nil {
		v := forMachines(r.Load.Validation)
		load.Validation = &v
	}
	event.Load = load
	return event
}
