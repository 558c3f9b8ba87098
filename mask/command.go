package mask

import (
	"encoding/hex"
	"path/filepath"
	"time"

	"github.com/gyrodata/gyro"
)

// answerTimeout is how long a program may answer nothing, where nothing is said.
const answerTimeout = 30 * time.Second

// Command has a program outside make the values, of a seed that is another for each row (32 hexadecimal digits) and the unmasked columns that it
// reads; see [gyro.Command]. Timeout 0 is 30 seconds. Nothing is promised of what it writes: not that it fits, nor that values differ.
func Command(command gyro.Command) gyro.Mask { return outside(command).mask() }

func outside(command gyro.Command) recipe {
	if len(command.Run) == 0 || command.Run[0] == "" {
		return failed("command", gyro.Text("no program is named"))
	}
	if command.Timeout <= 0 {
		command.Timeout = answerTimeout
	}
	return recipe{
		name: "command(" + filepath.Base(command.Run[0]) + ")", kinds: anything, command: &command, reads: command.Reads,
		draw: func(text []byte, d draw) []byte { return hex.AppendEncode(text, d.row.Seed[:16]) },
	}
}
