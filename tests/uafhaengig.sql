-- The six steps of BEK 550/2022 § 4 for one quota year, independent of kkrlib: whole-number SQL over the same tables.
-- All shares are multiplied by (all inhabitants × all indvandrere), so that nothing is rounded before step 5.
with grundlag as (
  select a.kommunekode, a.befolkning as b, a.indvandrere_flygtninge as i, f.familiesammenfoerte as f,
         sum(a.befolkning) over () as alle_b, sum(a.indvandrere_flygtninge) over () as alle_i, sum(f.familiesammenfoerte) over () as alle_f
  from bilag_a a join familiesammenfoerte f using (kvoteaar, kommunekode) where a.kvoteaar = :aar),
foreloebigt as (
  select kommunekode, max(0, (2 * b * alle_i - i * alle_b) * (:landstal + alle_f) - f * alle_b * alle_i) as v from grundlag),
andel as (select kommunekode, v * :landstal as t, sum(v) over () as s from foreloebigt),
rang as (
  select kommunekode, t / s as hele, row_number() over (order by t % s desc, kommunekode) as plads,
         :landstal - sum(t / s) over () as tilbage from andel)
select kommunekode, hele + (plads <= tilbage) as kommunekvote from rang order by kommunekode
