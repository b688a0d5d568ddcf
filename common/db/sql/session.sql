-- SPDX-License-Identifier: EUPL-1.2
-- What a session is like, and who holds the node.

-- name: db_session
-- texts of dates, times and bytes must not depend on the server's settings; and nothing waits for ever
select set_config('DateStyle', 'ISO', false),
       set_config('TimeZone', 'UTC', false),
       set_config('bytea_output', 'hex', false),
       set_config('search_path', 'public, pg_temp', false),
       set_config('client_min_messages', 'warning', false),
       set_config('statement_timeout', '30s', false),
       set_config('lock_timeout', '10s', false),
       set_config('idle_in_transaction_session_timeout', '60s', false),
       -- nor for a host that is gone without a word: the server would keep its session, and with it the node's fence
       set_config('tcp_keepalives_idle', '10', false),
       set_config('tcp_keepalives_interval', '5', false),
       set_config('tcp_keepalives_count', '3', false),
       set_config('tcp_user_timeout', '20000', false);

-- name: db_not_durable
-- Where there are standbys (they hold physical slots), a failover must not lose what was committed either.
select name, 'must be on' as rule from pg_settings
where (name in ('fsync', 'full_page_writes') and setting <> 'on')
   or (name = 'synchronous_commit' and setting not in ('on', 'remote_apply'))
union all
select name, 'must name the standbys, since there are replication slots' from pg_settings
where name = 'synchronous_standby_names' and setting = ''
  and exists (select from pg_replication_slots where slot_type = 'physical' and not temporary)
order by name;

-- name: db_stay_durable
-- Whatever the server is told later: what this session commits is waited for as it was found.
select set_config('synchronous_commit', current_setting('synchronous_commit'), false);

-- name: db_fence
-- Who holds it is the writer. It reads and changes rows by their keys, with plans that are made once, when a table may
-- be small, and kept while it grows: reading a whole table, or a join by more than its key, must not look cheap then.
select pg_try_advisory_lock(hashtext(:node)),
       set_config('plan_cache_mode', 'force_generic_plan', false),
       set_config('enable_seqscan', 'off', false),
       set_config('enable_hashjoin', 'off', false),
       set_config('enable_mergejoin', 'off', false);
