package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/progress"
)

// events answers a document: JSON objects, a line each, that say what goes on. A reader who went away wants no more.
type events struct {
	cancel context.CancelFunc

	mu      sync.Mutex
	encoder *json.Encoder
	failed  error // the first
}

// aliveInterval is the time between two events that only say that the run goes on: by them a reader who went away is
// noticed while a long statement runs.
const aliveInterval = time.Second

func newEvents(w io.Writer, cancel context.CancelFunc) *events {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return &events{cancel: cancel, encoder: encoder}
}

// say writes one event.
func (e *events) say(event any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failed != nil {
		return
	}
	if e.failed = e.encoder.Encode(event); e.failed != nil {
		e.cancel()
	}
}

// lost is why events can't be written; nil while they can.
func (e *events) lost() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.failed
}

// live says so from time to time, until it is stopped.
func (e *events) live() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(aliveInterval)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				e.say(eventName{"alive"})
			}
		}
	}()
	return func() { close(done); <-ended }
}

type eventName struct {
	Event string `json:"event"`
}

type startEvent struct {
	eventName
	Protocol int    `json:"protocol"`
	Gyro     string `json:"gyro"`
}

type progressEvent struct {
	eventName
	progress.Line
}

type errorEvent struct {
	eventName
	Kind    string `json:"kind"`
	Place   string `json:"place,omitempty"`
	Problem string `json:"problem"`
	Hint    string `json:"hint,omitempty"`
	Words   string `json:"words,omitempty"` // the server's, where values may be shown
	Exit    int    `json:"exit"`
}

type endEvent struct {
	eventName
	Exit int `json:"exit"`
}

// kinds are what errors are called, by the exit code that each alone would give.
var kinds = map[int]string{
	exitFailed: "failed", exitUsage: "usage", exitExists: "exists", exitInvalid: "invalid", exitUnproven: "unproven", exitInterrupted: "interrupted",
}

func (e *events) progress(event gyro.Event) {
	e.say(progressEvent{eventName{"progress"}, progress.LineOf(event)})
}

// fail says each of the joined errors, and gives the exit code.
func (c *cli) fail(e *events, err error) {
	for _, one := range split(err) {
		event := c.told(one)
		event.Hint = c.secrets.hide(event.Hint)
		event.Place, event.Problem = c.secrets.hide(event.Place), c.secrets.hide(event.Problem)
		if c.showValues {
			event.Words = c.secrets.hide(gyro.Words(one))
		}
		e.say(event)
	}
}

// told is an error as an event.
func (c *cli) told(err error) errorEvent {
	var (
		inDocument *config.Error
		usage      *usageError
		mistake    *gyro.Mistake
		failure    *gyro.Error
		unproven   *unprovenError
	)
	event := errorEvent{eventName: eventName{"error"}, Exit: exitCode(err)}
	event.Kind = kinds[event.Exit]
	words := config.DocumentWords
	switch {
	case errors.Is(err, context.Canceled):
		event.Problem = "interrupted; nothing was changed"
	case errors.As(err, &unproven):
		event.Problem, event.Hint = unproven.problem, unproven.hint
	case errors.As(err, &usage):
		event.Problem, event.Hint = usage.Error(), usage.hint
	case errors.As(err, &inDocument):
		event.Place, event.Problem, event.Hint = inDocument.Place(), inDocument.Problem, inDocument.Hint
	case errors.As(err, &mistake):
		event.Place, event.Problem, event.Hint = words(mistake.Place), words(mistake.Problem), words(mistake.Hint)
	case errors.As(err, &failure):
		bare := *failure
		bare.Hint, bare.Place = "", ""
		event.Place, event.Problem, event.Hint = failure.Place, words(bare.Text()), words(failure.Hint)
	default:
		event.Problem = err.Error()
	}
	return event
}
