// Driver of transparency-dev: its formats (notes, checkpoints, proofs, policies) and its merkle (proofs, ranges).
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/transparency-dev/formats/log"
	formats "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/formats/witness"
	"github.com/transparency-dev/merkle/compact"
	merkle "github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	serve("transparency-dev", "1,4,6,extra", map[string]judge{
		"checkpoint": judgeCheckpoint,
		"proof":      judgeProof,
		"log":        judgeLog,
		"vkey":       judgeKey,
		"policy":     judgePolicy,
	})
}

// opened returns a checkpoint that every key signed.
func opened(keys string, raw []byte) (*log.Checkpoint, error) {
	known, err := readKeys(keys, 1, 4, 6)
	if err != nil {
		return nil, err
	}
	verifiers := make([]note.Verifier, len(known))
	for i, one := range known {
		if verifiers[i], err = formats.NewVerifier(one.text); err != nil {
			return nil, err
		}
	}
	checkpoint, _, found, err := log.ParseCheckpoint(raw, known[0].name, verifiers[0], verifiers[1:]...)
	if err != nil {
		return nil, err
	}
	if len(found.Sigs) != len(verifiers) {
		return nil, errors.New("a known key did not sign")
	}
	return checkpoint, nil
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
	raw, err := os.ReadFile(words[1])
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(words[2])
	if err != nil {
		return err
	}
	var found proof.TLogProof
	if err := found.Unmarshal(raw); err != nil {
		return err
	}
	checkpoint, err := opened(words[0], found.Checkpoint)
	if err != nil {
		return err
	}
	path := make([][]byte, len(found.Hashes))
	for i := range found.Hashes {
		path[i] = found.Hashes[i][:]
	}
	hasher := rfc6962.DefaultHasher
	return merkle.VerifyInclusion(hasher, found.Index, checkpoint.Size, hasher.HashLeaf(entry), path, checkpoint.Hash)
}

// judgeLog grows a compact range by every entry of a site.
func judgeLog(words []string) error {
	files := site{words[1], "", "-"}
	raw, err := files.read("checkpoint")
	if err != nil {
		return err
	}
	checkpoint, err := opened(words[0], raw)
	if err != nil {
		return err
	}
	hasher := rfc6962.DefaultHasher
	grown := (&compact.RangeFactory{Hash: hasher.HashChildren}).NewEmptyRange(0)
	for start := uint64(0); start < checkpoint.Size; start += 256 {
		path := fmt.Sprintf("%03d", start/256%1000)
		if start/256 >= 1000 {
			path = fmt.Sprintf("x%03d/%s", start/256/1000, path)
		}
		if rest := checkpoint.Size - start; rest < 256 {
			path = fmt.Sprintf("%s.p/%d", path, rest)
		}
		raw, err := files.read("tile/entries/" + path)
		if err != nil {
			return err
		}
		entries, err := readBundle(raw)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if err := grown.Append(hasher.HashLeaf(entry), nil); err != nil {
				return err
			}
		}
	}
	root, err := grown.GetRootHash(nil)
	if err != nil {
		return err
	}
	if grown.End() != checkpoint.Size || !bytes.Equal(root, checkpoint.Hash) {
		return errors.New("another root")
	}
	return nil
}

func judgeKey(words []string) error {
	raw, err := os.ReadFile(words[0])
	if err != nil {
		return err
	}
	_, err = formats.NewVerifier(string(raw))
	return err
}

func judgePolicy(words []string) error {
	raw, err := os.ReadFile(words[0])
	if err != nil {
		return err
	}
	_, err = witness.ParsePolicy(raw)
	return err
}
