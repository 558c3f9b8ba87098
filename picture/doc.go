// Package picture draws tables and what they refer to, and writes the page of a slice.
//
// A [Graph] is made of a catalog ([OfCatalog]) or of a manifest ([OfManifest]), which may be that of a slice that is only
// planned. It is written as Mermaid, as DOT, or as an SVG that is laid out here and needs nothing else: no script, no font, no
// network. A [Page] is one HTML file about a slice, the graph within.
//
// The same graph gives the same bytes. Names are others' text: whatever stands in them is shown as text, shortened where it is
// long, and obeyed by nothing. No value of a row is in a Graph or a Page.
package picture
