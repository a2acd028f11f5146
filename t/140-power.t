# A real container is switched on and off; who looks sees it at once.

use FindBin;
use Test::Nginx::Socket 'no_plan';
use VzFixture;

our $ana = user(unique('ana'));
our $vm = vm($ana);
our $anas = session($ana);
our $script = token($ana);
our $json = "Content-Type: application/json\n";
our $wait = "Prefer: wait=20\n";

my $ctid = sql_value("SELECT ctid FROM vm WHERE id = $vm");
my $busybox = sql_value("SELECT name FROM template WHERE label = 'BusyBox'");

verb('create', $ctid, $busybox);

my $pid = $$;

END { verb('destroy', $ctid) if $ctid && $$ == $pid }

# to the daemon itself, beside the panel
sub verb {
    local $?;
    my @command = ("$FindBin::Bin/../scripts/verb", $ENV{TEST_VZPANEL_DIR}, @_);

    system("@command > /dev/null") == 0 or die "@command\n";
}

sub verbs { return [ map +("POST /api/vms/$vm/$_", "GET /api/vms/$vm"), @_ ] }

run_tests();

__DATA__

=== TEST 1: start, restart and stop end, and the figures follow
--- timeout: 60
--- request eval
::verbs('start', 'restart', 'stop')
--- more_headers eval
$::anas . $::json . $::wait
--- error_code eval
[ (200) x 6 ]
--- response_body_like eval
[ '"kind":"start".*"via":"web","state":"done"', '"state":"running"',
  '"kind":"restart".*"state":"done"', '"state":"running"',
  '"kind":"stop".*"state":"done"', '"state":"stopped".*"wanted":"stopped"' ]



=== TEST 2: what is done already is done, not an error
--- timeout: 60
--- request eval
::verbs('stop', 'stop', 'start', 'start', 'stop')
--- more_headers eval
$::script . $::wait
--- error_code eval
[ (200) x 10 ]
--- response_body_like eval
[ ('"via":"token","state":"done"', '"state":"stopped"') x 2,
  ('"state":"done"', '"state":"running"') x 2,
  '"state":"done"', '"state":"stopped"' ]



=== TEST 3: the same key asks once
--- timeout: 60
--- request eval
[ ("POST /api/vms/$::vm/start") x 3, "GET /api/tasks?vm=$::vm&limit=2",
  "POST /api/vms/$::vm/stop" ]
--- more_headers eval
my $key = 'Idempotency-Key: ' . VzFixture::unique('key') . "\n";
[ ($::script . $::wait . $key) x 4, $::script . $::wait ]
--- error_code eval
[ (200) x 5 ]
--- response_body_like eval
[ ('"kind":"start".*"state":"done"') x 3,
  '^(?!.*"kind":"start".*"kind":"start")', '"state":"done"' ]



=== TEST 4: a list by state and by figures has it in its place
--- timeout: 60
--- request eval
[ "POST /api/vms/$::vm/start",
  (map { "GET /api/vms?$_" } 'state=running', 'state=stopped',
   'sort=-memory', 'state=running&sort=name'),
  "POST /api/vms/$::vm/stop" ]
--- more_headers eval
$::script . $::wait
--- error_code eval
[ (200) x 6 ]
--- response_body_like eval
[ '"state":"done"', "\"id\":$::vm,", '"items":\[\]', "\"id\":$::vm,",
  "\"id\":$::vm,", '"state":"done"' ]
