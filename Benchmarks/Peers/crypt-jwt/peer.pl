# Perl's Crypt::JWT, as its documentation has it used.
use strict;
use warnings;

use Crypt::JWT qw(decode_jwt encode_jwt);
use Crypt::PK::ECC;
use Crypt::PK::Ed25519;
use Crypt::PK::RSA;
use JSON;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

$| = 1;
my $folder = shift;

sub contents {
    open my $file, '<:raw', "$folder/$_[0]" or die "$_[0]: $!";
    local $/;
    return scalar <$file>;
}

my $claims     = decode_json(contents('claims.json'));
my @algorithms = qw(HS256 ES256 EdDSA RS256);
my %kinds      = (ES256 => 'Crypt::PK::ECC', EdDSA => 'Crypt::PK::Ed25519', RS256 => 'Crypt::PK::RSA');
my (%signing, %key, %tokens);
for my $algorithm (@algorithms) {
    $tokens{$algorithm} = [split /\n/, contents("$algorithm.tokens")];
    if ($algorithm eq 'HS256') {
        $signing{$algorithm} = $key{$algorithm} = contents('HS256.key');
    } else {
        $signing{$algorithm} = $kinds{$algorithm}->new(\contents("$algorithm.pem"));
        $key{$algorithm}     = $kinds{$algorithm}->new(\contents("$algorithm.pub.pem"));
    }
}

sub sign {
    my $algorithm = shift;
    return encode_jwt(payload => $claims, alg => $algorithm, key => $signing{$algorithm},
        extra_headers => { typ => 'JWT' });
}

sub verify {
    my ($algorithm, $token) = @_;
    return decode_jwt(token => $token, key => $key{$algorithm}, accepted_alg => $algorithm,
        verify_iss => $claims->{iss}, verify_aud => $claims->{aud}, verify_exp => 1);
}

sub measure {
    my ($command, $algorithm, $count) = @_;
    my $start = clock_gettime(CLOCK_MONOTONIC);
    for my $round (0 .. $count - 1) {
        $command eq 'sign' ? sign($algorithm) : verify($algorithm, $tokens{$algorithm}[$round & 63]);
    }
    return (clock_gettime(CLOCK_MONOTONIC) - $start) * 1e9 / $count;
}

while (my $line = <STDIN>) {
    my ($command, $algorithm, $argument) = split ' ', $line;
    if ($command eq 'version') {
        printf "%s (Perl %vd)\n", $Crypt::JWT::VERSION, $^V;
    } elsif ($command eq 'algorithms') {
        print "@algorithms\n";
    } elsif ($command eq 'token') {
        print sign($algorithm), "\n";
    } elsif ($command eq 'check') {
        print eval { verify($algorithm, $argument)->{sub} } ? "accepted\n" : "refused\n";
    } else {
        print measure($command, $algorithm, $argument), "\n";
    }
}
