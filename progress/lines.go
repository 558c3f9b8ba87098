package progress

import (
	"encoding/json"
	"io"

	"github.com/gyrodata/gyro"
)

// lines writes each event as a JSON object on a line of its own.
type lines struct{ encoder *json.Encoder }

func newLines(w io.Writer) *lines { return &lines{encoder: json.NewEncoder(w)} }

// Line is one event as JSON; Job is counted from 1, and left out where an event is the run's.
type Line struct {
	Step     gyro.EventType `json:"step"`
	Stage    gyro.Stage     `json:"stage,omitempty"`
	Job      int            `json:"job,omitempty"`
	Jobs     int            `json:"jobs"`
	Model    string         `json:"model,omitempty"`
	File     string         `json:"file,omitempty"`
	Estimate int64          `json:"estimate,omitempty"`
	Rows     int64          `json:"rows"`
	Bytes    int64          `json:"bytes"`
	Seconds  float64        `json:"seconds"`
}

// LineOf is an event as JSON says it.
func LineOf(e gyro.Event) Line {
	out := Line{
		Step: e.Type, Stage: e.Stage, Jobs: e.Jobs, File: e.File, Estimate: e.Estimate,
		Rows: e.Rows, Bytes: e.Bytes, Seconds: e.Elapsed.Seconds(),
	}
	if !e.Model.IsZero() {
		out.Job, out.Model = e.Job+1, e.Model.String()
	}
	return out
}

func (l *lines) Event(e gyro.Event) {
	_ = l.encoder.Encode(LineOf(e)) // a reader that went away does not stop the run
}

func (*lines) Close() {}
