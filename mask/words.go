package mask

import (
	"fmt"

	"github.com/gyrodata/gyro"
)

// Word writes a word.
func Word() gyro.Mask { return tabled("word", nouns).mask() }

// Adjective writes an adjective.
func Adjective() gyro.Mask { return tabled("adjective", adjectives).mask() }

// Verb writes a verb.
func Verb() gyro.Mask { return tabled("verb", verbs).mask() }

// Animal writes an animal.
func Animal() gyro.Mask { return tabled("animal", animals).mask() }

// Color writes a colour.
func Color() gyro.Mask { return tabled("color", colors).mask() }

// HexColor writes a colour as pages have it, "#3f7a9c".
func HexColor() gyro.Mask { return hexColor().mask() }

func hexColor() recipe {
	return recipe{name: "hex_color", kinds: texts, least: 7, longest: 7, draw: func(text []byte, d draw) []byte {
		die := d.own()
		return appendHex(append(text, '#'), die.next(), 6)
	}}
}

// Emoji writes a face.
func Emoji() gyro.Mask { return tabled("emoji", emojis).mask() }

// Language writes a language.
func Language() gyro.Mask { return shared("language", language, languages).mask() }

// LanguageCode writes the two letters of the language.
func LanguageCode() gyro.Mask { return shared("language_code", language, languageTags).mask() }

// Words writes so many words.
func Words(count int) gyro.Mask { return words(count).mask() }

func words(count int) recipe {
	name := fmt.Sprintf("words(%d)", count)
	if count < 1 || count > 10_000 {
		return failed(name, gyro.Text("the number of words is to be from 1 to 10000"))
	}
	return recipe{name: name, kinds: texts, longest: count * (1 + longest(nouns)), draw: func(text []byte, d draw) []byte {
		die := d.own()
		for i := range count {
			if i > 0 {
				text = append(text, ' ')
			}
			text = append(text, die.of(nouns)...)
		}
		return text
	}}
}

// Sentence writes a sentence.
func Sentence() gyro.Mask { return sentences("sentence", 1).mask() }

// Paragraph writes some sentences.
func Paragraph() gyro.Mask { return sentences("paragraph", 4).mask() }

func sentences(name string, count int) recipe {
	most := count * (4 + 2*longest(adjectives) + 2*longest(nouns) + longest(verbs) + 9)
	return recipe{name: name, kinds: texts, longest: most, draw: func(text []byte, d draw) []byte {
		die := d.own()
		start := len(text)
		for i := range count {
			if i > 0 && d.shape.length > 0 && len(text)-start+4 > d.shape.length {
				break
			}
			if i > 0 {
				text = append(text, ' ')
			}
			for k, part := range [...][]string{adjectives, nouns, verbs, adjectives, nouns} {
				switch k {
				case 0:
					text = append(text, "The"...)
				case 3:
					text = append(text, " the"...)
				}
				text = append(append(text, ' '), die.of(part)...)
			}
			text = append(text, '.')
		}
		return text
	}}
}

// LoremWords writes so many words of lorem ipsum.
func LoremWords(count int) gyro.Mask { return loremText(count).mask() }

func loremText(count int) recipe {
	name := fmt.Sprintf("lorem_words(%d)", count)
	if count < 1 || count > 10_000 {
		return failed(name, gyro.Text("the number of words is to be from 1 to 10000"))
	}
	return recipe{name: name, kinds: texts, longest: count * (1 + longest(loremWords)), draw: func(text []byte, d draw) []byte {
		die := d.own()
		for i := range count {
			if i == 0 {
				text = appendCapital(text, die.of(loremWords))
				continue
			}
			text = append(append(text, ' '), die.of(loremWords)...)
		}
		return text
	}}
}
