/** Number, name and one-sentence explanation of the weaknesses up to CWE-399 that records name most, a line each. */
export const lowWeaknesses = `
15|External Control of System or Configuration Setting|Somebody outside can set what only the operator should configure.
16|Configuration|A category for weaknesses that come from how a product is set up.
19|Data Processing Errors|A category for mistakes in how data is read, changed or passed on.
20|Improper Input Validation|Input is used without checking that it has the form and range that the code relies on.
22|Improper Limitation of a Pathname to a Restricted Directory ('Path Traversal')|A file name from outside leads out of the folder it should stay in.
23|Relative Path Traversal|A file name with steps such as .. leads out of the folder it should stay in.
24|Path Traversal: '../filedir'|A file name that begins with ../ reaches files outside its folder.
35|Path Traversal: '.../...//'|A file name with doubled dots and slashes becomes a traversal once a filter has removed part of it.
36|Absolute Path Traversal|A full path from outside is taken where a name inside a folder was meant.
59|Improper Link Resolution Before File Access ('Link Following')|A link at the place of a file leads the program to another file than the one it means.
61|UNIX Symbolic Link (Symlink) Following|A symbolic link at the place of a file makes the program touch the file it points to.
73|External Control of File Name or Path|Input decides which file is read or written.
74|Improper Neutralization of Special Elements in Output Used by a Downstream Component ('Injection')|Input reaches another component in such a way that it is read as instructions.
75|Failure to Sanitize Special Elements into a Different Plane (Special Element Injection)|Special characters of the input reach a level where they have a meaning.
77|Improper Neutralization of Special Elements used in a Command ('Command Injection')|Input becomes part of a command and changes what it does.
78|Improper Neutralization of Special Elements used in an OS Command ('OS Command Injection')|Input becomes part of a command of the operating system and can run others.
79|Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')|Input is written into a web page in such a way that browsers run it as script.
80|Improper Neutralization of Script-Related HTML Tags in a Web Page (Basic XSS)|Tags such as script reach a web page as they were sent.
83|Improper Neutralization of Script in Attributes in a Web Page|Input reaches attributes of a web page that can carry script.
87|Improper Neutralization of Alternate XSS Syntax|Unusual spellings of script get past the filter of a web page.
88|Improper Neutralization of Argument Delimiters in a Command ('Argument Injection')|Input adds arguments to a command that is run.
89|Improper Neutralization of Special Elements used in an SQL Command ('SQL Injection')|Input becomes part of a database query and changes what it asks or does.
90|Improper Neutralization of Special Elements used in an LDAP Query ('LDAP Injection')|Input becomes part of a directory query and changes it.
91|XML Injection (aka Blind XPath Injection)|Input changes the structure of XML that is built from it.
93|Improper Neutralization of CRLF Sequences ('CRLF Injection')|Line ends in the input begin new lines in a protocol or file.
94|Improper Control of Generation of Code ('Code Injection')|Input becomes part of code that is then run.
95|Improper Neutralization of Directives in Dynamically Evaluated Code ('Eval Injection')|Input reaches a call that evaluates text as code.
96|Improper Neutralization of Directives in Statically Saved Code ('Static Code Injection')|Input is saved into a file that is later run as code.
98|Improper Control of Filename for Include/Require Statement in PHP Program ('PHP Remote File Inclusion')|Input decides which file a PHP program includes and runs.
113|Improper Neutralization of CRLF Sequences in HTTP Headers ('HTTP Request/Response Splitting')|Line ends in the input add headers or whole messages to HTTP traffic.
116|Improper Encoding or Escaping of Output|Output is not written in the form that keeps its data from being read as structure.
117|Improper Output Neutralization for Logs|Input can forge or break entries of a log.
119|Improper Restriction of Operations within the Bounds of a Memory Buffer|Memory is read or written outside the buffer that was meant.
120|Buffer Copy without Checking Size of Input ('Classic Buffer Overflow')|Input is copied into a buffer without checking that it fits.
121|Stack-based Buffer Overflow|A write goes past the end of a buffer on the stack.
122|Heap-based Buffer Overflow|A write goes past the end of a buffer on the heap.
123|Write-what-where Condition|An attacker chooses both a value and the place in memory it is written to.
124|Buffer Underwrite ('Buffer Underflow')|A write goes before the beginning of a buffer.
125|Out-of-bounds Read|Memory before or after a buffer is read.
126|Buffer Over-read|A read goes on past the end of a buffer.
127|Buffer Under-read|A read starts before the beginning of a buffer.
129|Improper Validation of Array Index|An index from outside is used without checking that the array has it.
130|Improper Handling of Length Parameter Inconsistency|A stated length is believed although the data is longer or shorter.
131|Incorrect Calculation of Buffer Size|A buffer is made smaller than what is put into it.
134|Use of Externally-Controlled Format String|Input is used as the format of a print function.
170|Improper Null Termination|A text is not ended, or not ended properly, so that reads go on past it.
178|Improper Handling of Case Sensitivity|Names that differ in letter case only get past a check.
184|Incomplete List of Disallowed Inputs|A list of what is forbidden lacks something that does harm.
185|Incorrect Regular Expression|A pattern accepts or refuses other texts than were meant.
189|Numeric Errors|A category for mistakes in calculating with numbers.
190|Integer Overflow or Wraparound|A calculation exceeds what the number can hold and gives a wrong small or negative value.
191|Integer Underflow (Wrap or Wraparound)|A subtraction falls below what the number can hold and gives a large value.
193|Off-by-one Error|A bound is one too high or one too low.
194|Unexpected Sign Extension|A negative small number becomes a large one when it is widened.
197|Numeric Truncation Error|A number loses digits when it is put into a smaller type.
200|Exposure of Sensitive Information to an Unauthorized Actor|Somebody learns what they have no right to know.
201|Insertion of Sensitive Information Into Sent Data|Data that is sent carries more than the receiver may know.
203|Observable Discrepancy|Differences in behaviour tell an observer something secret.
204|Observable Response Discrepancy|Different answers tell an observer something secret, such as which names exist.
208|Observable Timing Discrepancy|The time that an answer takes tells something secret.
209|Generation of Error Message Containing Sensitive Information|An error message says more than its reader should know.
212|Improper Removal of Sensitive Information Before Storage or Transfer|Data is passed on with secrets that should have been taken out.
213|Exposure of Sensitive Information Due to Incompatible Policies|What one party may show is secret for another.
250|Execution with Unnecessary Privileges|A program runs with more rights than it needs.
252|Unchecked Return Value|A call can fail, and nobody looks whether it did.
254|7PK - Security Features|A category for mistakes in security features.
255|Credentials Management Errors|A category for mistakes in handling passwords and other credentials.
256|Plaintext Storage of a Password|A password is stored so that whoever reads it can use it.
257|Storing Passwords in a Recoverable Format|Stored passwords can be turned back into what was typed.
259|Use of Hard-coded Password|A password is written in the program, the same for everybody.
260|Password in Configuration File|A password stands in a file of settings that others may read.
261|Weak Encoding for Password|A password is only disguised, not protected.
264|Permissions, Privileges, and Access Controls|A category for mistakes in who may do what.
266|Incorrect Privilege Assignment|Somebody is given rights that they should not have.
267|Privilege Defined With Unsafe Actions|A right allows more than it seems to.
268|Privilege Chaining|Two harmless rights together allow something that neither does alone.
269|Improper Privilege Management|Rights are given, kept or taken away in the wrong way.
270|Privilege Context Switching Error|Rights of one context are kept when another begins.
271|Privilege Dropping / Lowering Errors|Rights are not given up before work that must not have them.
273|Improper Check for Dropped Privileges|Giving up rights can fail, and the program goes on as if it had not.
274|Improper Handling of Insufficient Privileges|A program misbehaves when it has too few rights.
275|Permission Issues|A category for mistakes with permissions of files and the like.
276|Incorrect Default Permissions|What is installed may be changed or read by too many.
277|Insecure Inherited Permissions|What is created takes over permissions that are too wide.
280|Improper Handling of Insufficient Permissions or Privileges|Missing permissions leave the program in a state it is not made for.
281|Improper Preservation of Permissions|Copying or unpacking loses the permissions that protected something.
282|Improper Ownership Management|Something belongs to the wrong owner.
284|Improper Access Control|Access is not restricted, or not properly, to those who may have it.
285|Improper Authorization|It is not checked, or not properly, whether somebody may do what they ask for.
286|Incorrect User Management|Users are put into the wrong groups or roles.
287|Improper Authentication|A claimed identity is not proven well enough.
288|Authentication Bypass Using an Alternate Path or Channel|Another way in does not ask who comes.
289|Authentication Bypass by Alternate Name|Another name of the same thing is not protected.
290|Authentication Bypass by Spoofing|A forged identity is taken for the real one.
294|Authentication Bypass by Capture-replay|A recorded message, sent again, is accepted.
295|Improper Certificate Validation|A certificate is not checked, or not completely.
296|Improper Following of a Certificate's Chain of Trust|A certificate is trusted although nobody trusted vouches for it.
297|Improper Validation of Certificate with Host Mismatch|A certificate of another host is accepted.
299|Improper Check for Certificate Revocation|A revoked certificate is accepted.
300|Channel Accessible by Non-Endpoint|Somebody between two parties can read or change what they send.
302|Authentication Bypass by Assumed-Immutable Data|Data that decides about identity can be changed by the client.
303|Incorrect Implementation of Authentication Algorithm|A sound way of authenticating is built with a mistake.
304|Missing Critical Step in Authentication|A step that authentication depends on is left out.
305|Authentication Bypass by Primary Weakness|Authentication is sound, but another flaw makes it useless.
306|Missing Authentication for Critical Function|Something important can be done without saying who one is.
307|Improper Restriction of Excessive Authentication Attempts|Passwords can be guessed as often as one likes.
310|Cryptographic Issues|A category for mistakes in cryptography.
311|Missing Encryption of Sensitive Data|Secrets are stored or sent as they are.
312|Cleartext Storage of Sensitive Information|Secrets lie readable where others can reach them.
313|Cleartext Storage in a File or on Disk|Secrets lie readable in a file.
315|Cleartext Storage of Sensitive Information in a Cookie|Secrets stand readable in a cookie.
316|Cleartext Storage of Sensitive Information in Memory|Secrets lie readable in memory.
319|Cleartext Transmission of Sensitive Information|Secrets are sent so that anybody on the way can read them.
320|Key Management Errors|A category for mistakes in handling cryptographic keys.
321|Use of Hard-coded Cryptographic Key|A key is written in the program, the same for everybody.
322|Key Exchange without Entity Authentication|Keys are agreed on without knowing with whom.
323|Reusing a Nonce, Key Pair in Encryption|A number that may be used once is used again with the same key.
324|Use of a Key Past its Expiration Date|A key is used after its time.
325|Missing Cryptographic Step|A step that the algorithm needs is left out.
326|Inadequate Encryption Strength|Encryption is too weak for what it protects.
327|Use of a Broken or Risky Cryptographic Algorithm|An algorithm that is known to be broken protects something.
328|Use of Weak Hash|A hash function is used for which inputs can be found or guessed.
329|Generation of Predictable IV with CBC Mode|The first block of a cipher is predictable.
330|Use of Insufficiently Random Values|Values that must not be guessed can be.
331|Insufficient Entropy|Random values come from too few possibilities.
332|Insufficient Entropy in PRNG|A random generator is fed with too little randomness.
335|Incorrect Usage of Seeds in Pseudo-Random Number Generator (PRNG)|The start value of a random generator is fixed, known or used again.
338|Use of Cryptographically Weak Pseudo-Random Number Generator (PRNG)|A random generator that can be predicted makes secrets.
340|Generation of Predictable Numbers or Identifiers|Numbers or names that should not be guessable follow a pattern.
345|Insufficient Verification of Data Authenticity|Data is taken as genuine without proof of where it comes from.
346|Origin Validation Error|It is not checked properly where data or a request comes from.
347|Improper Verification of Cryptographic Signature|A signature is not checked, or not properly.
348|Use of Less Trusted Source|Of two sources of the same fact, the one that can be forged is believed.
349|Acceptance of Extraneous Untrusted Data With Trusted Data|Untrusted data that comes along with trusted data is trusted, too.
350|Reliance on Reverse DNS Resolution for a Security-Critical Action|A name from reverse look-up decides about rights.
352|Cross-Site Request Forgery (CSRF)|Another web site makes a user's browser send requests that the user did not want.
353|Missing Support for Integrity Check|Nothing can tell whether data was changed on its way.
354|Improper Validation of Integrity Check Value|A checksum is not compared, or not properly.
356|Product UI does not Warn User of Unsafe Actions|Users are not told that what they do is dangerous.
358|Improperly Implemented Security Check for Standard|A check that a standard asks for is built with a mistake.
359|Exposure of Private Personal Information to an Unauthorized Actor|Personal data reaches people who may not see it.
362|Concurrent Execution using Shared Resource with Improper Synchronization ('Race Condition')|Two things that happen at once disturb each other because nothing puts them in order.
364|Signal Handler Race Condition|A signal arrives at a moment at which its handler does harm.
366|Race Condition within a Thread|Two threads use the same thing at once, and it ends in a state that neither meant.
367|Time-of-check Time-of-use (TOCTOU) Race Condition|What was checked changes before it is used.
369|Divide By Zero|A number is divided by zero.
377|Insecure Temporary File|A temporary file is made so that others can read, guess or replace it.
378|Creation of Temporary File With Insecure Permissions|Others may read or change a temporary file.
379|Creation of Temporary File in Directory with Insecure Permissions|A temporary file lies in a folder in which others can replace it.
384|Session Fixation|A session known before signing in stays valid after it.
385|Covert Timing Channel|Time carries a message between parties that should not talk.
388|7PK - Errors|A category for mistakes in handling errors.
391|Unchecked Error Condition|An error is noticed by nobody.
394|Unexpected Status Code or Return Value|A result that is legal but was not thought of leads to wrong behaviour.
399|Resource Management Errors|A category for mistakes in handling memory, files and other resources.
`;
