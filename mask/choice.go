package mask

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Choice writes one of several values, each as often as another. They may be of any type, as PostgreSQL prints them, and labels
// of an enum.
func Choice(values ...string) gyro.Mask { return choice(values, nil).mask() }

// Weighted writes one of several values, by weights.
func Weighted(weights map[string]float64) gyro.Mask {
	values := slices.Sorted(maps.Keys(weights))
	each := make([]float64, len(values))
	for i, v := range values {
		each[i] = weights[v]
	}
	return choice(values, each).mask()
}

func choice(values []string, weights []float64) recipe {
	const name = "choice"
	if len(values) == 0 {
		return failed(name, gyro.Text("there is no value to choose"))
	}
	sums, sum := make([]float64, len(weights)), 0.0
	for i, w := range weights {
		if !(w >= 0) || w > 1e12 {
			return failed(name, gyro.Text("a weight is below 0, or no number"))
		}
		sum += w
		sums[i] = sum
	}
	if len(weights) > 0 && sum == 0 {
		return failed(name, gyro.Text("all weights are 0"))
	}
	return recipe{
		name: name, kinds: anything, longest: longest(values),
		fits: func(c schema.Column, s *shape) string {
			for _, v := range values {
				if problem := holds(name, v, c, s); problem != "" {
					return problem
				}
			}
			return ""
		},
		draw: func(text []byte, d draw) []byte {
			die := d.own()
			if len(sums) == 0 {
				return append(text, die.of(values)...)
			}
			at := float64(die.next()>>11) / (1 << 53) * sum
			i := sort.Search(len(sums), func(i int) bool { return sums[i] > at })
			return append(text, values[min(i, len(values)-1)]...)
		},
	}
}

// Dictionary writes a line of a file, which is read when the mask is made: UTF-8, a value a line, empty ones left out.
func Dictionary(path string) gyro.Mask { return dictionary(path).mask() }

func dictionary(path string) recipe {
	const name = "dictionary"
	content, err := os.ReadFile(path)
	if err != nil {
		return failed(name, err)
	}
	if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return failed(name, fmt.Errorf("%s is not UTF-8", path))
	}
	var values []string
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, len(content)+1)
	for lines.Scan() {
		if line := strings.TrimSuffix(lines.Text(), "\r"); line != "" {
			values = append(values, line)
		}
	}
	if len(values) == 0 {
		return failed(name, fmt.Errorf("%s has no value", path))
	}
	r := tabled(name, values)
	r.fits = func(_ schema.Column, s *shape) string {
		if s.length > 0 && !slices.ContainsFunc(values, func(v string) bool { return !s.long([]byte(v), 0) }) {
			return fmt.Sprintf("%s: no value of the file has room in %d characters", name, s.length)
		}
		return ""
	}
	return r
}
