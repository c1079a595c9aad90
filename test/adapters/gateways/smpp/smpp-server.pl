# An SMSC for the tests, on Net::SMPP, which nobody here wrote. It prints the port that it listens on, and then, as
# JSON, a line for everything that it sees; it is told what to do by lines of JSON on standard input:
#   {"set": {"submit": "accept" | "number-as-id" | "throttle-once" | "silence" | "drop" | STATUS, "bind": STATUS | "silence", "enquire": …, "unbind": …}}
#   {"do": "accept" | "refuse" | "deliver" | "enquire" | "unbind" | "raw" | "drop", "session": N, …}
use strict;
use warnings;
use IO::Select;
use JSON::PP;
use Net::SMPP;

$| = 1;
# Net::SMPP warns of every connection that ends.
local $SIG{__WARN__} = sub { };
my $json = JSON::PP->new->canonical->allow_nonref;

my $listener = Net::SMPP->new_listen('127.0.0.1', port => 0, async => 1, system_id => 'TestSMSC') or die "listen: $!";
tell_that(event => 'listening', port => $listener->sockport);

my %behaviour = (submit => 'accept', bind => 0, enquire => 'answer', unbind => 'answer');
my $select = IO::Select->new($listener, \*STDIN);
my (%session_of, %number_of, $sessions, $messages, $input);
$sessions = $messages = 0;
$input = '';

while (1) {
    for my $ready ($select->can_read) {
        if ($ready == $listener) { take_connection() }
        elsif ($ready == \*STDIN) { take_orders() }
        elsif ($number_of{$ready}) { take_pdu($ready) }
    }
}

sub tell_that { print $json->encode({@_}), "\n" }

sub take_connection {
    my $connection = $listener->accept or return;
    $number_of{$connection} = ++$sessions;
    $session_of{$sessions} = $connection;
    $select->add($connection);
    tell_that(event => 'connected', session => $sessions);
}

sub drop {
    my ($connection) = @_;
    my $session = delete $number_of{$connection} or return;
    delete $session_of{$session};
    $select->remove($connection);
    close $connection;
    tell_that(event => 'closed', session => $session);
}

sub take_pdu {
    my ($connection) = @_;
    my $pdu = $connection->read_pdu or return drop($connection);
    my $command = $pdu->explain_cmd;
    # Every field as Net::SMPP decoded it. Texts in hexadecimal, for they may be any octets.
    my %fields = map { $_ => $pdu->{$_} } grep { $_ !~ /^(cmd|data|known_pdu|reserved|short_message)$/ } keys %$pdu;
    $fields{short_message} = unpack('H*', $pdu->{short_message}) if defined $pdu->{short_message};
    tell_that(%fields, event => $command, session => $number_of{$connection});
    my $seq = $pdu->{seq};
    if ($command =~ /^bind_(transceiver|transmitter|receiver)$/) {
        return if $behaviour{bind} eq 'silence';
        my $answer = "${command}_resp";
        $connection->$answer(seq => $seq, status => $behaviour{bind}, system_id => 'TestSMSC');
    } elsif ($command eq 'submit_sm') {
        my $how = $behaviour{submit};
        return drop($connection) if $how eq 'drop';
        return if $how eq 'silence';
        accept_text($connection, $seq, 'id_' . ++$messages) if $how eq 'accept';
        accept_text($connection, $seq, $pdu->{destination_addr} . $seq) if $how eq 'number-as-id';
        refuse_text($connection, $seq, $how) if $how =~ /^\d+$/;
        if ($how eq 'throttle-once') {
            $behaviour{submit} = 'number-as-id';
            refuse_text($connection, $seq, 0x58);
        }
    } elsif ($command eq 'enquire_link') {
        $connection->enquire_link_resp(seq => $seq) if $behaviour{enquire} eq 'answer';
    } elsif ($command eq 'unbind') {
        $connection->unbind_resp(seq => $seq) if $behaviour{unbind} eq 'answer';
    }
}

sub accept_text {
    my ($connection, $seq, $id) = @_;
    $connection->submit_sm_resp(seq => $seq, message_id => $id);
}

sub refuse_text {
    my ($connection, $seq, $status) = @_;
    $connection->submit_sm_resp(seq => $seq, message_id => '', status => $status);
}

sub take_orders {
    sysread(STDIN, $input, 65536, length $input) or exit 0;
    while ($input =~ s/^([^\n]*)\n//) {
        my $order = $json->decode($1);
        %behaviour = (%behaviour, %{$order->{set}}) if $order->{set};
        carry_out($order) if $order->{do};
        tell_that(event => 'done', order => $order->{order});
    }
}

sub carry_out {
    my ($order) = @_;
    my $connection = $session_of{$order->{session}} or return;
    my $what = $order->{do};
    if ($what eq 'accept') { accept_text($connection, $order->{seq}, $order->{messageId}) }
    elsif ($what eq 'refuse') { refuse_text($connection, $order->{seq}, $order->{status}) }
    elsif ($what eq 'enquire') { $connection->enquire_link }
    elsif ($what eq 'unbind') { $connection->unbind }
    elsif ($what eq 'drop') { drop($connection) }
    elsif ($what eq 'raw') { $connection->syswrite(pack 'H*', $order->{hex}) }
    elsif ($what eq 'deliver') {
        my %fields = %{$order->{fields}};
        $fields{message_state} = pack('C', $fields{message_state}) if defined $fields{message_state};
        $fields{receipted_message_id} .= "\0" if defined $fields{receipted_message_id};
        $connection->deliver_sm(source_addr => '14035550123', destination_addr => 'Exemplo', %fields);
    }
}
