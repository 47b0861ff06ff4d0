// Driver of Go's standard library: crypto/mldsa (from Go 1.27 on), crypto/ed25519 and crypto/ecdsa.
//
// Notes are opened by golang.org/x/mod/sumdb/note, whose verifiers are made here out of the standard library: they hand
// it the messages of C2SP tlog-cosignature.
package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/mldsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

func main() {
	serve("Go crypto", "1,4,6,Ed25519,ES256,ML-DSA-44", map[string]judge{
		"checkpoint": judgeCheckpoint,
		"statement":  judgeStatement,
	})
}

// verifier of one signature type, for note.Open.
type verifier struct {
	key
	hash uint32
}

func (v verifier) Name() string    { return v.name }
func (v verifier) KeyHash() uint32 { return v.hash }

func (v verifier) Verify(text, signature []byte) bool {
	if v.kind == 1 {
		return ed25519.Verify(v.raw, text, signature)
	}
	if len(signature) < 8 {
		return false
	}
	at, rest := binary.BigEndian.Uint64(signature), signature[8:]
	if v.kind == 4 {
		return ed25519.Verify(v.raw, append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", at)), text...), rest)
	}
	message, err := structure(v.name, at, text)
	return err == nil && verifyMLDSA(v.raw, message, rest) == nil
}

// structure returns what a cosignature of type 0x06 signs.
func structure(name string, at uint64, text []byte) ([]byte, error) {
	parts := strings.Split(string(text), "\n")
	if len(parts) < 4 {
		return nil, errors.New("not a checkpoint")
	}
	size, err := strconv.ParseUint(parts[1], 10, 63)
	if err != nil {
		return nil, err
	}
	root, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(root) != 32 {
		return nil, errors.New("not a root")
	}
	var out bytes.Buffer
	out.WriteString("subtree/v1\n\x00")
	out.WriteByte(byte(len(name)))
	out.WriteString(name)
	binary.Write(&out, binary.BigEndian, at)
	out.WriteByte(byte(len(parts[0])))
	out.WriteString(parts[0])
	binary.Write(&out, binary.BigEndian, uint64(0))
	binary.Write(&out, binary.BigEndian, size)
	out.Write(root)
	return out.Bytes(), nil
}

func verifyMLDSA(raw, message, signature []byte) error {
	public, err := mldsa.NewPublicKey(mldsa.MLDSA44(), raw)
	if err != nil {
		return err
	}
	return mldsa.Verify(public, message, signature, nil)
}

func judgeCheckpoint(words []string) error {
	known, err := readKeys(words[0], 1, 4, 6)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(words[1])
	if err != nil {
		return err
	}
	var verifiers []note.Verifier
	for _, one := range known {
		hash := sha256.Sum256(append([]byte(one.name+"\n"+string([]byte{one.kind})), one.raw...))
		verifiers = append(verifiers, verifier{one, binary.BigEndian.Uint32(hash[:])})
	}
	found, err := note.Open(raw, note.VerifierList(verifiers...))
	if err != nil {
		return err
	}
	if len(found.Sigs) != len(verifiers) {
		return errors.New("a known key did not sign")
	}
	return nil
}

func judgeStatement(words []string) error {
	raw, err := os.ReadFile(words[0])
	if err != nil {
		return err
	}
	var jwk struct{ Kty, Crv, Alg, X, Y, Pub string }
	if err := json.Unmarshal(raw, &jwk); err != nil {
		return err
	}
	raw, err = os.ReadFile(words[1])
	if err != nil {
		return err
	}
	dot := bytes.LastIndexByte(raw, '.')
	if dot < 0 {
		return errors.New("not a JWS")
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(string(raw[dot+1:]))
	if err != nil {
		return err
	}
	member := func(text string) []byte {
		value, _ := base64.RawURLEncoding.Strict().DecodeString(text)
		return value
	}
	holds := false
	switch {
	case jwk.Crv == "Ed25519":
		holds = ed25519.Verify(member(jwk.X), raw[:dot], signature)
	case jwk.Crv == "P-256" && len(signature) == 64:
		x, y := new(big.Int).SetBytes(member(jwk.X)), new(big.Int).SetBytes(member(jwk.Y))
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		hash := sha256.Sum256(raw[:dot])
		holds = ecdsa.Verify(&ecdsa.PublicKey{Curve: elliptic.P256(), X: x, Y: y}, hash[:], r, s)
	case jwk.Alg == "ML-DSA-44":
		holds = verifyMLDSA(member(jwk.Pub), raw[:dot], signature) == nil
	}
	if !holds {
		return errors.New("the signature does not hold")
	}
	return nil
}
