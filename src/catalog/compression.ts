import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { createSmallDeflate } from './small-deflate.ts';

/**
 * Text that CVE records have in common, most frequent last (a match near the end of the dictionary costs fewer bits).
 * It is part of the format of `document.body`: changing it makes stored documents unreadable, so a change goes together
 * with a new `catalogSchemaVersion`.
 */
const dictionaryText = [
  '{"lang":"en","type":"text/html","base64":false}"supportingMedia":[{"workarounds":[{"solutions":[{"credits":[{"impacts":[{"capecId":"CAPEC-',
  '"exploitCodeMaturity":"NOT_DEFINED","remediationLevel":"OFFICIAL_FIX","reportConfidence":"CONFIRMED","temporalScore":',
  '"cvssV4_0":{"Safety":"NOT_DEFINED","version":"4.0","vectorString":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N","attackRequirements":"NONE","vulnConfidentialityImpact":"subIntegrityImpact":"',
  '"cpeApplicability":[{"operator":"AND","nodes":[{"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:o:","matchCriteriaId":"versionStartIncluding":"versionEndExcluding":"',
  '"rejectedReasons":[{"lang":"en","value":"** REJECT ** DO NOT USE THIS CANDIDATE NUMBER. ConsultIDs: none. Reason: This candidate was withdrawn by its CNA. Further investigation showed that it was not a security issue. Notes: none."}]',
  'In the Linux kernel, the following vulnerability has been resolved:\\n\\n"programFiles":[".c"],"repo":"https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git","versionType":"git","lessThan":"https://git.kernel.org/stable/c/',
  'SQL injection vulnerability in Cross-site scripting (XSS) vulnerability in allows remote attackers to execute arbitrary code or cause a denial of service (memory corruption and application crash) via a crafted ',
  'A vulnerability was found in The manipulation of the argument leads to The attack can be launched remotely. The exploit has been disclosed to the public and may be used. ',
  "WordPress plugin before does not sanitise and escape allows authenticated users with obtain sensitive information, buffer overflow in before and earlier, which could lead to Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')",
  '"title":"CVE Program Container","references":[{"tags":["x_transferred","third-party-advisory","x_refsource_CONFIRM","mailing-list","vdb-entry","patch","vendor-advisory","exploit"],"url":"http://www.securityfocus.com/bid/"},{"url":"https://www.debian.org/security/"},{"url":"http://packetstormsecurity.com/files/"},{"url":"https://lists.fedoraproject.org/archives/list/package-announce%40lists.fedoraproject.org/message/"},{"url":"https://exchange.xforce.ibmcloud.com/vulnerabilities/"},{"url":"https://security.gentoo.org/glsa/"},{"url":"http://secunia.com/advisories/"},{"url":"https://github.com/advisories/GHSA-/security/commit/pull/issues/"}],"orgId":"af854a3a-2127-422b-91ae-364da2661108","shortName":"CVE"',
  '{"dataType":"CVE_RECORD","dataVersion":"5.1","cveMetadata":{"cveId":"CVE-2024-","assignerOrgId":"8254265b-2729-46b6-b9e3-3dfca2d5bfca","state":"PUBLISHED","assignerShortName":"mitre","datePublished":"2024-01-01T00:00:00.000Z","dateReserved":"2024-","dateUpdated":"2024-08-0"},"containers":{"cna":{"providerMetadata":{"orgId":"","shortName":"","dateUpdated":"2024-"},',
  '"adp":[{"title":"CISA ADP Vulnrichment","metrics":[{"other":{"type":"ssvc","content":{"id":"CVE-2024-","role":"CISA Coordinator","options":[{"Exploitation":"none"},{"Automatable":"no"},{"Technical Impact":"partial"}],"version":"2.0.3","timestamp":"2024-0"}}}],"providerMetadata":{"orgId":"134c704f-9b21-4f2e-91b3-4a467353bcc0","shortName":"CISA-ADP","dateUpdated":"2024-',
  '"source":{"discovery":"UNKNOWN"},"timeline":[{"datePublic":"2024-","x_generator":{"engine":"Vulnogram 0.2.0"}}],"descriptions":[{"lang":"en","value":"',
  '"affected":[{"vendor":"n/a","product":"n/a","defaultStatus":"unaffected","cpes":["cpe:2.3:a:*:*:*:*:*:*:*:*"],"packageName":"","collectionURL":"https://","versions":[{"status":"affected","version":"0","versionType":"custom","lessThanOrEqual":"1.0"},{"lessThan":"2.0","status":"unaffected","version":"n/a"}]}],',
  '"problemTypes":[{"descriptions":[{"lang":"en","description":"CWE-79","cweId":"CWE-79","type":"CWE"}]}],"metrics":[{"format":"CVSS","scenarios":[{"lang":"en","value":"GENERAL"}],"cvssV2_0":{"version":"2.0","vectorString":"AV:N/AC:M/Au:N/C:P/I:P/A:P","accessVector":"NETWORK","accessComplexity":"MEDIUM","authentication":"NONE","confidentialityImpact":"PARTIAL","integrityImpact":"PARTIAL","availabilityImpact":"PARTIAL","baseScore":',
  '"cvssV3_1":{"version":"3.1","scope":"UNCHANGED","baseScore":7.8,"attackVector":"NETWORK","baseSeverity":"HIGH","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H","integrityImpact":"HIGH","userInteraction":"REQUIRED","attackComplexity":"LOW","availabilityImpact":"HIGH","privilegesRequired":"NONE","confidentialityImpact":"HIGH"}}],"references":[{"url":"https://',
].join('');

const dictionary = Buffer.from(dictionaryText, 'utf8');

/** No stored document is larger than this once expanded: the reader of feeds refuses bigger ones. */
const maximumExpandedBytes = 64 * 1024 * 1024;

const small = createSmallDeflate(dictionary);

/**
 * compressDocument packs one compact JSON document for `document.body`: raw deflate with the dictionary. Only the few long
 * documents are worth what setting up zlib costs.
 */
export const compressDocument = (json: string | Uint8Array): Uint8Array => {
  const text = typeof json === 'string' ? Buffer.from(json) : json;
  return text.length <= small.longest ? small.pack(text) : deflateRawSync(text, { level: 1, dictionary });
};

/** expandDocument gives back the compact JSON that `compressDocument` packed. Throws on a damaged body. */
export const expandDocument = (body: Uint8Array): string =>
  inflateRawSync(body, { dictionary, maxOutputLength: maximumExpandedBytes }).toString('utf8');
