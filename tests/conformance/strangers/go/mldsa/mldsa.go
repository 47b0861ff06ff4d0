// Package mldsa is the name under which transparency-dev imports ML-DSA, for the standard library's own (Go 1.27 on).
package mldsa

import "crypto/mldsa"

// The sizes that are asked for.
const (
	PrivateKeySize       = mldsa.PrivateKeySize
	MLDSA44PublicKeySize = mldsa.MLDSA44PublicKeySize
	MLDSA44SignatureSize = mldsa.MLDSA44SignatureSize
)

// The types and functions that are asked for.
type (
	PrivateKey = mldsa.PrivateKey
	PublicKey  = mldsa.PublicKey
	Options    = mldsa.Options
	Parameters = mldsa.Parameters
)

var (
	MLDSA44       = mldsa.MLDSA44
	GenerateKey   = mldsa.GenerateKey
	NewPrivateKey = mldsa.NewPrivateKey
	NewPublicKey  = mldsa.NewPublicKey
	Verify        = mldsa.Verify
)
