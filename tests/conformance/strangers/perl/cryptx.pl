#!/usr/bin/perl
# Driver of CryptX: Ed25519 and P-256 by LibTomCrypt, from Perl.
#
# It knows no notes and no JWS, so their frames are read here, as strictly as their specifications say.

use strict;
use warnings;

use Encode    qw(decode FB_CROAK LEAVE_SRC);
use JSON::PP  qw(decode_json);
use MIME::Base64 qw(encode_base64 encode_base64url decode_base64 decode_base64url);

$| = 1;
binmode STDOUT, ':encoding(UTF-8)';

sub say_words { print join( "\t", map { s/[\t\r\n]/ /gr } @_ ), "\n"; return }

if ( !eval { require Crypt::PK::Ed25519; require Crypt::PK::ECC; 1 } ) {
    say_words( 'absent', 'CryptX', 'Perl', 'Crypt::PK::Ed25519 is not here' );
    exit 0;
}

sub check { my ( $is_so, $words ) = @_; die "$words\n" if !$is_so; return }

sub read_raw {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "no file\n";
    local $/;
    my $raw = <$file>;
    close $file or die "no file\n";
    return $raw // '';
}

sub strict64 {
    my ($text) = @_;
    my $raw = decode_base64($text);
    check( encode_base64( $raw, '' ) eq $text, 'base64 in another spelling' );
    return $raw;
}

sub strict64url {
    my ($text) = @_;
    my $raw = decode_base64url($text);
    check( encode_base64url($raw) eq $text, 'base64url in another spelling' );
    return $raw;
}

sub read_keys {
    my ($path) = @_;
    my @keys;
    for my $line ( split /\n/, read_raw($path) ) {
        my ( $name, $id, $encoded ) = split /\+/, $line, 3;
        my $material = strict64($encoded);
        my $type     = ord $material;
        next if $type != 1 && $type != 4;
        my $public = Crypt::PK::Ed25519->new->import_key_raw( substr( $material, 1 ), 'public' );
        push @keys, { name => $name, id => pack( 'H8', $id ), type => $type, public => $public };
    }
    return @keys;
}

sub judge_checkpoint {
    my ( $path, $file ) = @_;
    my @keys = read_keys($path);
    my $note = read_raw($file);
    my $text = decode( 'UTF-8', $note, FB_CROAK | LEAVE_SRC );
    check( $text !~ /[\x00-\x09\x0b-\x1f]/ && $note =~ /\n\z/, 'not a note' );
    my $split = rindex $note, "\n\n";
    check( $split >= 0, 'not a note' );
    my $signed = substr $note, 0, $split + 1;
    my %signers;

    for my $line ( split /\n/, substr( $note, $split + 2, -1 ), -1 ) {
        my ( $name, $encoded ) = $line =~ /\A\xe2\x80\x94[ ]([^+\s]+)[ ](\S+)\z/;
        check( defined $encoded, 'not a signature line' );
        my $value = strict64($encoded);
        check( length $value > 4, 'a signature line without a signature' );
        for my $key (@keys) {
            next if $key->{name} ne $name || $key->{id} ne substr $value, 0, 4;
            my ( $message, $signature ) = ( $signed, substr $value, 4 );
            if ( $key->{type} == 4 ) {
                check( length $signature > 8, 'a cosignature without a time' );
                $message   = sprintf "cosignature/v1\ntime %s\n%s", unpack( 'Q>', $signature ), $signed;
                $signature = substr $signature, 8;
            }
            check( $key->{public}->verify_message( $signature, $message ), "a bad signature of $name" );
            $signers{ $key->{id} } = 1;
        }
    }
    check( keys %signers == @keys, 'a known key did not sign' );
    return;
}

sub judge_statement {
    my ( $path, $file ) = @_;
    my $jwk   = decode_json( read_raw($path) );
    my @parts = split /[.]/, read_raw($file), -1;
    check( @parts == 3, 'not a JWS' );
    my ( $signed, $signature ) = ( "$parts[0].$parts[1]", strict64url( $parts[2] ) );
    my $holds
        = $jwk->{kty} eq 'OKP'
        ? Crypt::PK::Ed25519->new->import_key_raw( strict64url( $jwk->{x} ), 'public' )->verify_message( $signature, $signed )
        : Crypt::PK::ECC->new->import_key($jwk)->verify_message_rfc7518( $signature, $signed, 'SHA256' );
    check( $holds, 'a bad signature' );
    return;
}

my %judges = ( checkpoint => \&judge_checkpoint, statement => \&judge_statement );
say_words( 'stranger', 'CryptX', 'Perl', "CryptX $Crypt::PK::Ed25519::VERSION", '1,4,Ed25519,ES256', 'checkpoint,statement' );
while ( my $line = <STDIN> ) {
    chomp $line;
    my ( $verb, @words ) = split /\t/, $line;
    my $judge = $judges{$verb};
    if ( !$judge ) { say_words('pass'); next }
    if   ( eval { $judge->(@words); 1 } ) { say_words('accept') }
    else                                  { say_words( 'reject', substr "$@", 0, 200 ) }
}
