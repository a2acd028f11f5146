package Test::Nginx::Socket::Server;

# One nginx, its folder and its logs.  It is configured anew for each block.

use strict;
use warnings;
use Exporter 'import';
use File::Path qw(make_path remove_tree);
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);
use Test::More ();
use Test::Nginx::Socket::Setting qw(%set expand);

our @EXPORT_OK = qw(start_nginx try_nginx stop_nginx write_server write_files
                    write_file new_log_lines forget_log);

use constant { PR_SET_CHILD_SUBREAPER => 36, START_SECONDS => 30 };

# prctl(2): an nginx that went into the background becomes our child, so that
# it can be waited for at once where init is slow to do so
my %prctl = (x86_64 => 157, aarch64 => 167);

if ($^O eq 'linux' && (my $number = $prctl{ (POSIX::uname())[4] })) {
    eval { syscall($number, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) };
}

my $position = 0;       # of the error log, up to which it was read


sub write_file {
    my ($path, $text) = @_;

    open my $out, '>', $path
        or Test::More::BAIL_OUT("cannot write $path: $!");
    binmode $out;
    print $out $text;
    close $out or Test::More::BAIL_OUT("cannot write $path: $!");
}


# --- user_files: ">>> NAME [DATE]" and what it holds ---

sub write_files {
    my ($block) = @_;
    my $files = $block->user_files or return;

    for my $file (ref $files ? @$files : parse_files($files)) {
        my ($name, $text, $date) = @$file;
        my $path = $name =~ m{^/} ? $name : "$set{root}/html/$name";

        make_path($1) if $path =~ m{(.*)/} && !-d $1;
        write_file($path, expand($text // '', $block->name));

        if ($date) {
            local $ENV{TZ} = 'GMT';
            system('touch', '-t', $date, $path);
        }
    }
}


sub parse_files {
    my ($text) = @_;
    my @files;

    for my $line (split /^/m, $text) {
        if ($line =~ /^>>> (\S+)(?:\s+(.+))?/) {
            push @files, [$1, '', $2];

        } elsif (@files) {
            $files[-1][1] .= $line;
        }
    }

    return @files;
}


# --- the folder and the configuration ---

sub write_server {
    my ($block, $config) = @_;
    my $root = $set{root};

    if (-d $root) {
        remove_tree(map { "$root/$_" } qw(conf html logs cache));
        remove_tree(glob("$root/*_temp"), glob("$root/*_cache"));
        rmdir $root
            or Test::More::BAIL_OUT("Can't remove $root (not empty?): $!");
    }

    make_path("$root/logs", "$root/html", "$root/conf");
    write_file("$root/html/index.html", '<html><head><title>It works!</title>'
        . '</head><body>It works!</body></html>');

    if (defined(my $code = $block->post_setup_server_root)) {
        run_code($block, 'post_setup_server_root', $code);
    }

    write_files($block);
    write_file("$root/conf/nginx.conf", nginx_conf($block, $config));
}


sub run_code {
    my ($block, $what, $code) = @_;

    eval "package main; no strict; $code";
    Test::More::BAIL_OUT($block->name . " - $what failed: $@") if $@;
}


sub nginx_conf {
    my ($block, $config) = @_;
    my ($root, $name) = ($set{root}, $block->name);
    my %text = map { $_ => expand($block->$_, $name) // '' }
        qw(main_config http_config post_main_config);
    my $log = expand($block->error_log_file, $name)
        || "$root/logs/error.log";
    my $level = $block->log_level || $set{log_level};
    my $server_name = $block->server_name // $set{name};
    my $env = join '', map { "env $_;\n" } @{ $set{env} };
    my $modules = join ' ', map { "load_module $_;" }
        split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';
    my $temp = join "\n    ",
        map { "${_}_temp_path $root/${_}_temp;" }
        grep { $text{http_config} !~ /\b${_}_temp_path\b/ }
        qw(client_body proxy fastcgi scgi uwsgi);
    my $location = !$set{root_location} ? '' : <<"END";
        location / {
            root $root/html;
            index index.html index.htm;
        }
END

    return <<"END" . ($> ? '' : "user root;\n");
worker_processes $set{workers};
daemon on;
master_process $set{master};
error_log $log $level;
pid $root/logs/nginx.pid;
$env$modules
$text{main_config}

http {
    access_log $root/logs/access.log;
    $temp
    default_type text/plain;
    keepalive_timeout 68000ms;

$text{http_config}

    server {
        listen $set{server_port};
        server_name '$server_name';
        client_max_body_size 30M;

$set{preamble}
$config
$location    }
}

$text{post_main_config}

events {
    accept_mutex off;
    worker_connections $set{connections};
}
END
}


# --- the process ---

# Start it once and say how that went, as system() does.
sub try_nginx {
    my ($block) = @_;
    my $root = $set{root};
    my $quiet = defined $block->suppress_stderr || defined $block->must_die;

    return system("$set{binary} -e $root/logs/error.log -p $root/"
        . " -c $root/conf/nginx.conf >/dev/null" . ($quiet ? ' 2>&1' : ''));
}


# Start it; a port that its forerunner still holds comes free soon.
sub start_nginx {
    my ($block) = @_;
    my $until = time + START_SECONDS;

    while (try_nginx($block) != 0) {
        Test::More::BAIL_OUT($block->name . ' - Cannot start nginx')
            if time > $until;
        sleep 0.5;
    }

    sleep $set{pause};
    forget_log();

    if (defined(my $code = $block->init)) {
        run_code($block, 'init', $code);
    }
}


sub pid {
    open my $in, '<', "$set{root}/logs/nginx.pid" or return;
    my $line = <$in> // '';

    return $line =~ /(\d+)/ ? $1 : undef;
}


sub stop_nginx {
    my $pid = pid() or return;
    my $until = time + $set{timeout};

    kill $ENV{TEST_NGINX_FAST_SHUTDOWN} ? 'TERM' : 'QUIT', $pid;

    while (time < $until) {
        waitpid $pid, WNOHANG;
        return if !kill 0, $pid;
        sleep 0.01;
    }

    kill 'KILL', $pid;
    waitpid $pid, 0;
}


# --- its logs ---

sub forget_log { $position = 0 }


# the lines of logs/NAME.log; of the error log only those not read before
sub new_log_lines {
    my ($name) = @_;

    sleep $set{pause} * 3;

    open my $in, '<', "$set{root}/logs/$name.log" or return [];
    seek $in, $position, 0 if $name eq 'error';

    my @lines = <$in>;
    $position = tell $in if $name eq 'error';

    return \@lines;
}


1;
