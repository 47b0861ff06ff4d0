// Driver of Go's checksum database: golang.org/x/mod/sumdb/note for notes, golang.org/x/mod/sumdb/tlog for the tree.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	serve("Go sumdb", "1", map[string]judge{
		"checkpoint": judgeCheckpoint,
		"proof":      judgeProof,
		"tile":       judgeTile,
		"bundle":     judgeBundle,
		"log":        judgeLog,
		"vkey":       judgeKey,
		"tilepath":   judgePath,
	})
}

// opened returns the tree of a checkpoint that the log signed.
func opened(keys string, raw []byte) (tree tlog.Tree, err error) {
	known, err := readKeys(keys, 1)
	if err != nil {
		return tree, err
	}
	var verifiers []note.Verifier
	for _, one := range known {
		verifier, err := note.NewVerifier(one.text)
		if err != nil {
			return tree, err
		}
		verifiers = append(verifiers, verifier)
	}
	found, err := note.Open(raw, note.VerifierList(verifiers...))
	if err != nil {
		return tree, err
	}
	if len(found.Sigs) != len(verifiers) {
		return tree, errors.New("a key of the log did not sign")
	}
	return parseTree(found.Text)
}

// parseTree has tlog read size and root; it knows another first line than an origin.
func parseTree(text string) (tree tlog.Tree, err error) {
	_, rest, ok := strings.Cut(text, "\n")
	if !ok {
		return tree, errors.New("a checkpoint of one line")
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + rest))
}

func judgeCheckpoint(words []string) error {
	raw, err := os.ReadFile(words[1])
	if err != nil {
		return err
	}
	_, err = opened(words[0], raw)
	return err
}

func judgeProof(words []string) error {
	proof, err := readProof(words[1])
	if err != nil {
		return err
	}
	tree, err := opened(words[0], proof.checkpoint)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(words[2])
	if err != nil {
		return err
	}
	path := make(tlog.RecordProof, len(proof.hashes))
	for i, hash := range proof.hashes {
		path[i] = tlog.Hash(*(*[32]byte)(hash))
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, proof.index, tlog.RecordHash(entry))
}

// tiles of a site, as tlog asks for them.
type tiles struct{ site }

func (t tiles) Height() int                         { return 8 }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range wanted {
		raw, err := t.read("tile/" + strings.TrimPrefix(tile.Path(), "tile/8/"))
		if err != nil {
			return nil, err
		}
		data = append(data, raw)
	}
	return data, nil
}

// parsePath has tlog read a path; it writes the height of a tile into it, and calls entries data.
func parsePath(path string) (tlog.Tile, error) {
	rest := strings.TrimPrefix(path, "tile/")
	if rest == path {
		return tlog.Tile{}, errors.New("not the path of a tile")
	}
	if strings.HasPrefix(rest, "entries/") {
		rest = "data/" + strings.TrimPrefix(rest, "entries/")
	} else if strings.HasPrefix(rest, "data/") {
		return tlog.Tile{}, errors.New("not the path of a tile")
	}
	return tlog.ParseTilePath("tile/8/" + rest)
}

// hashes returns those that a tile stands for, read beneath the root of the site's checkpoint.
func hashes(words []string) (tlog.Tile, []tlog.Hash, site, error) {
	files := site{words[1], words[2], words[3]}
	tile, err := parsePath(words[2])
	if err != nil {
		return tile, nil, files, err
	}
	raw, err := files.read("checkpoint")
	if err != nil {
		return tile, nil, files, err
	}
	tree, err := opened(words[0], raw)
	if err != nil {
		return tile, nil, files, err
	}
	level := tile.L
	if level < 0 {
		level = 0
	}
	var indexes []int64
	for i := 0; i < tile.W; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(8*level, tile.N<<8+int64(i)))
	}
	found, err := tlog.TileHashReader(tree, tiles{files}).ReadHashes(indexes)
	return tile, found, files, err
}

func judgeTile(words []string) error {
	tile, found, files, err := hashes(words)
	if err != nil {
		return err
	}
	raw, err := files.read(words[2])
	if err != nil {
		return err
	}
	if len(raw) != tlog.HashSize*tile.W {
		return errors.New("a tile of another width")
	}
	for i, hash := range found {
		if !bytes.Equal(raw[i*tlog.HashSize:(i+1)*tlog.HashSize], hash[:]) {
			return fmt.Errorf("another hash at %d", i)
		}
	}
	return nil
}

func judgeBundle(words []string) error {
	tile, found, files, err := hashes(words)
	if err != nil {
		return err
	}
	raw, err := files.read(words[2])
	if err != nil {
		return err
	}
	entries, err := readBundle(raw)
	if err != nil {
		return err
	}
	if len(entries) != tile.W {
		return errors.New("a bundle of another width")
	}
	for i, entry := range entries {
		if tlog.RecordHash(entry) != found[i] {
			return fmt.Errorf("another entry at %d", i)
		}
	}
	return nil
}

// judgeLog grows tlog's tree by every entry of a site.
func judgeLog(words []string) error {
	files := site{words[1], "", "-"}
	raw, err := files.read("checkpoint")
	if err != nil {
		return err
	}
	tree, err := opened(words[0], raw)
	if err != nil {
		return err
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	for start := int64(0); start < tree.N; start += 256 {
		width := 256
		if tree.N-start < 256 {
			width = int(tree.N - start)
		}
		path := tlog.Tile{H: 8, L: -1, N: start >> 8, W: width}.Path()
		raw, err := files.read("tile/entries/" + strings.TrimPrefix(path, "tile/8/data/"))
		if err != nil {
			return err
		}
		entries, err := readBundle(raw)
		if err != nil {
			return err
		}
		if len(entries) != width {
			return errors.New("a bundle of another width")
		}
		for i, entry := range entries {
			fresh, err := tlog.StoredHashes(start+int64(i), entry, reader)
			if err != nil {
				return err
			}
			stored = append(stored, fresh...)
		}
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("another root at size " + strconv.FormatInt(tree.N, 10))
	}
	return nil
}

func judgeKey(words []string) error {
	raw, err := os.ReadFile(words[0])
	if err != nil {
		return err
	}
	_, err = note.NewVerifier(string(raw))
	return err
}

func judgePath(words []string) error {
	raw, err := os.ReadFile(words[0])
	if err != nil {
		return err
	}
	_, err = parsePath(string(raw))
	return err
}
