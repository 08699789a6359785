/**
 * The small columns of `record`, packed into one number: reading a column costs more than unpacking a bit, for one record
 * as for all of them. Bit 0 state, 1 origin, 2–4 severity, 5 KEV, 6 ransomware, 7 exploit known, 8–9 exploitation, 10–11
 * automatable, 12–13 technical impact, 14–15 text traits; the values are those of `catalog/schema.ts`.
 */
export const packedFlags = `(record.state + record.origin * 2 + record.severity * 4 + record.kev * 32
  + record.kev_ransomware * 64 + record.exploit_known * 128 + record.exploitation * 256 + record.automatable * 1024
  + record.technical_impact * 4096 + record.text_traits * 16384)`;
