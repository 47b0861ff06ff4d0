// The line protocol of the strangers, for drivers in Go (docs/strangers.md), and the frames around what they judge.
//
// Where a stranger has no reader of its own for a frame (the lines of a proof, the lengths in a bundle), the frame is
// read here, as strictly as its specification says, and the stranger judges what is in it.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// version of what the driver speaks for; the build says it.
var version = "unknown"

type judge func(words []string) error

// serve answers until the input ends.
func serve(name, covers string, judges map[string]judge) {
	out := bufio.NewWriter(os.Stdout)
	verbs := make([]string, 0, len(judges))
	for verb := range judges {
		verbs = append(verbs, verb)
	}
	say(out, "stranger", name, "Go", version, covers, strings.Join(verbs, ","))
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<16), 1<<20)
	for in.Scan() {
		words := strings.Split(in.Text(), "\t")
		found, ok := judges[words[0]]
		if !ok {
			say(out, "pass")
		} else if err := guarded(found, words[1:]); err != nil {
			say(out, "reject", err.Error())
		} else {
			say(out, "accept")
		}
	}
}

// guarded turns a panic of a stranger into a rejection.
func guarded(found judge, words []string) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	return found(words)
}

func say(out *bufio.Writer, words ...string) {
	clean := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")
	for i, word := range words {
		words[i] = clean.Replace(word)
	}
	fmt.Fprintln(out, strings.Join(words, "\t"))
	out.Flush()
}

// key is a verifier key, as a line of the keys' file spells it.
type key struct {
	text, name string
	kind       byte
	raw        []byte
}

func readKeys(path string, kinds ...byte) ([]key, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var keys []key
	for _, text := range strings.Fields(string(raw)) {
		parts := strings.SplitN(text, "+", 3)
		material, err := base64.StdEncoding.DecodeString(parts[2])
		if err != nil {
			return nil, err
		}
		if bytes.IndexByte(kinds, material[0]) >= 0 {
			keys = append(keys, key{text, parts[0], material[0], material[1:]})
		}
	}
	return keys, nil
}

// lines of a C2SP tlog-proof.
type lines struct {
	index      int64
	hashes     [][]byte
	checkpoint []byte
}

func readProof(path string) (*lines, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	blank := bytes.Index(raw, []byte("\n\n"))
	if blank < 0 {
		return nil, errors.New("a proof without an empty line")
	}
	top := strings.Split(string(raw[:blank]), "\n")
	if len(top) < 2 || top[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(top[1], "index ") {
		return nil, errors.New("not the lines of a tlog-proof")
	}
	number := strings.TrimPrefix(top[1], "index ")
	index, err := strconv.ParseInt(number, 10, 64)
	if err != nil || strconv.FormatInt(index, 10) != number {
		return nil, errors.New("an index in another spelling")
	}
	found := &lines{index: index, checkpoint: raw[blank+2:]}
	for _, line := range top[2:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != 32 {
			return nil, errors.New("not a hash")
		}
		found.hashes = append(found.hashes, hash)
	}
	return found, nil
}

// readBundle returns the entries of a bundle, each after its length in two bytes (C2SP tlog-tiles).
func readBundle(raw []byte) ([][]byte, error) {
	var entries [][]byte
	for len(raw) > 0 {
		if len(raw) < 2 || len(raw)-2 < int(binary.BigEndian.Uint16(raw)) {
			return nil, errors.New("a bundle that ends too early")
		}
		end := 2 + int(binary.BigEndian.Uint16(raw))
		entries, raw = append(entries, raw[2:end]), raw[end:]
	}
	return entries, nil
}

// site is a static site in a directory, in which one file stands for another.
type site struct{ directory, path, instead string }

func (s site) read(path string) ([]byte, error) {
	if path == s.path && s.instead != "-" {
		return os.ReadFile(s.instead)
	}
	return os.ReadFile(filepath.Join(s.directory, path))
}
