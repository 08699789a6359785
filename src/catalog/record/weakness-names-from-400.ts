/** Number, name and one-sentence explanation of the weaknesses from CWE-400 on that records name most, a line each. */
export const highWeaknesses = `
400|Uncontrolled Resource Consumption|Somebody can make the program use up memory, time or another resource.
401|Missing Release of Memory after Effective Lifetime|Memory that is no longer needed is never given back.
402|Transmission of Private Resources into a New Sphere ('Resource Leak')|A resource reaches parties that should not have it.
403|Exposure of File Descriptor to Unintended Control Sphere ('File Descriptor Leak')|An open file is handed on to a program that should not have it.
404|Improper Resource Shutdown or Release|A resource is not given back, or not properly.
405|Asymmetric Resource Consumption (Amplification)|A small request causes a large effort.
406|Insufficient Control of Network Message Volume (Network Amplification)|A small message makes the program send many or large ones to somebody else.
407|Inefficient Algorithmic Complexity|Certain inputs make a calculation take far too long.
408|Incorrect Behavior Order: Early Amplification|Costly work is done before it is known whether the other side may ask for it.
409|Improper Handling of Highly Compressed Data (Data Amplification)|A small packed file unpacks to an enormous one.
415|Double Free|The same memory is given back twice.
416|Use After Free|Memory is used after it was given back.
417|Communication Channel Errors|A category for mistakes in how parties talk to each other.
420|Unprotected Alternate Channel|A second way to the same thing lacks the protection of the first.
425|Direct Request ('Forced Browsing')|A page is protected only by not being linked.
426|Untrusted Search Path|A program or library is looked for in places where others can put one.
427|Uncontrolled Search Path Element|One of the places where a library is looked for can be written by others.
428|Unquoted Search Path or Element|A path with blanks is not quoted, so that a program at a part of it is run.
430|Deployment of Wrong Handler|Something is given to a part of the program that is not made for it.
434|Unrestricted Upload of File with Dangerous Type|Files that the server or others will run can be uploaded.
436|Interpretation Conflict|Two components read the same data in different ways.
441|Unintended Proxy or Intermediary ('Confused Deputy')|A program passes requests on with its own rights.
444|Inconsistent Interpretation of HTTP Requests ('HTTP Request/Response Smuggling')|Two servers disagree where one HTTP message ends and the next begins.
451|User Interface (UI) Misrepresentation of Critical Information|What is shown hides or falsifies something that matters.
454|External Initialization of Trusted Variables or Data Stores|Input sets variables that the program trusts.
457|Use of Uninitialized Variable|A variable is read before anything was put into it.
459|Incomplete Cleanup|Something that should be removed afterwards stays.
470|Use of Externally-Controlled Input to Select Classes or Code ('Unsafe Reflection')|Input decides which class or code is used.
471|Modification of Assumed-Immutable Data (MAID)|Something that was thought fixed can be changed.
472|External Control of Assumed-Immutable Web Parameter|A hidden value of a web form is trusted although clients can change it.
475|Undefined Behavior for Input to API|A call gets values for which nothing is promised.
476|NULL Pointer Dereference|A pointer that points nowhere is followed.
477|Use of Obsolete Function|A function that should no longer be used is used.
480|Use of Incorrect Operator|The code has another operator than was meant.
489|Active Debug Code|Code for finding mistakes is left active.
494|Download of Code Without Integrity Check|Code is fetched and run without proof that it is the right one.
497|Exposure of Sensitive System Information to an Unauthorized Control Sphere|Details of the system reach people who should not have them.
501|Trust Boundary Violation|Trusted and untrusted data are mixed in one place.
502|Deserialization of Untrusted Data|Objects are built from data of others, who choose what is built.
506|Embedded Malicious Code|The product carries code that is meant to do harm.
507|Trojan Horse|The product seems harmless and does harm as well.
521|Weak Password Requirements|Passwords that are easy to guess are allowed.
522|Insufficiently Protected Credentials|Credentials are sent or stored so that others can get them.
523|Unprotected Transport of Credentials|Credentials are sent over a connection that others can read.
524|Use of Cache Containing Sensitive Information|Secrets stay in a cache that others can read.
525|Use of Web Browser Cache Containing Sensitive Information|Secrets stay in the cache of a browser.
526|Cleartext Storage of Sensitive Information in an Environment Variable|Secrets stand readable in the environment of a program.
530|Exposure of Backup File to an Unauthorized Control Sphere|A backup lies where others can fetch it.
532|Insertion of Sensitive Information into Log File|Secrets are written into a log.
538|Insertion of Sensitive Information into Externally-Accessible File or Directory|Secrets are put into a file that others can reach.
540|Inclusion of Sensitive Information in Source Code|Secrets stand in the source code.
548|Exposure of Information Through Directory Listing|A list of files is shown to everybody.
549|Missing Password Field Masking|A password can be read while it is typed.
552|Files or Directories Accessible to External Parties|Files can be reached by people who should not.
561|Dead Code|Code that can never run is left in the product.
565|Reliance on Cookies without Validation and Integrity Checking|A cookie that clients can change is believed.
566|Authorization Bypass Through User-Controlled SQL Primary Key|The number of a row, sent by the client, gives access to rows of others.
567|Unsynchronized Access to Shared Data in a Multithreaded Context|Threads share data without taking turns.
590|Free of Memory not on the Heap|Memory is given back that was never taken from the heap.
591|Sensitive Data Storage in Improperly Locked Memory|Secrets in memory can be written out to disk.
598|Use of GET Request Method With Sensitive Query Strings|Secrets stand in addresses, which end up in logs and histories.
599|Missing Validation of OpenSSL Certificate|A certificate is used without asking whether it was checked.
601|URL Redirection to Untrusted Site ('Open Redirect')|A link to the site leads on to any other that its maker chose.
602|Client-Side Enforcement of Server-Side Security|A rule is enforced where the user can switch it off.
610|Externally Controlled Reference to a Resource in Another Sphere|Input names something outside what it may reach.
611|Improper Restriction of XML External Entity Reference|XML from outside makes the program read files or addresses.
613|Insufficient Session Expiration|A session stays valid longer than it should.
614|Sensitive Cookie in HTTPS Session Without 'Secure' Attribute|A cookie of an encrypted session may be sent unencrypted.
616|Incomplete Identification of Uploaded File Variables (PHP)|A PHP program takes other input for an uploaded file.
617|Reachable Assertion|Input can break an assertion and so end the program.
620|Unverified Password Change|A password can be changed without knowing the old one.
625|Permissive Regular Expression|A pattern accepts more than it should.
639|Authorization Bypass Through User-Controlled Key|Another number or name in a request gives access to what belongs to others.
640|Weak Password Recovery Mechanism for Forgotten Password|The way back to a forgotten password is easier than the password.
641|Improper Restriction of Names for Files and Other Resources|Names with a special meaning can be given to files.
642|External Control of Critical State Data|State that decides about security lies where clients can change it.
643|Improper Neutralization of Data within XPath Expressions ('XPath Injection')|Input becomes part of an XPath query and changes it.
644|Improper Neutralization of HTTP Headers for Scripting Syntax|Script in HTTP headers reaches a page.
645|Overly Restrictive Account Lockout Mechanism|Anybody can lock others out.
648|Incorrect Use of Privileged APIs|A call that needs special rights is used in the wrong way.
649|Reliance on Obfuscation or Encryption of Security-Relevant Inputs without Integrity Checking|Encrypted values are trusted although they can be changed unnoticed.
650|Trusting HTTP Permission Methods on the Server Side|A rule for one HTTP method is taken to hold for others.
653|Improper Isolation or Compartmentalization|Parts that should be kept apart can reach each other.
657|Violation of Secure Design Principles|The design breaks a rule that keeps systems secure.
662|Improper Synchronization|Things that happen at once are not put in order.
664|Improper Control of a Resource Through its Lifetime|A resource is not kept in order from its making to its end.
665|Improper Initialization|Something is used before it was set up, or set up wrongly.
667|Improper Locking|A lock is missing, wrong or never released.
668|Exposure of Resource to Wrong Sphere|A resource can be reached by parties that should not.
669|Incorrect Resource Transfer Between Spheres|Something is moved to where it should not be, or taken from there.
670|Always-Incorrect Control Flow Implementation|A path through the code is wrong whenever it is taken.
671|Lack of Administrator Control over Security|The operator cannot set what security depends on.
672|Operation on a Resource after Expiration or Release|Something is used after its end.
674|Uncontrolled Recursion|Input decides how deeply a function calls itself.
680|Integer Overflow to Buffer Overflow|A wrong calculation makes a buffer too small for what is written into it.
681|Incorrect Conversion between Numeric Types|A number changes its value when its type changes.
682|Incorrect Calculation|A calculation gives a wrong result that something depends on.
684|Incorrect Provision of Specified Functionality|A function does not do what its description says.
691|Insufficient Control Flow Management|The order in which code runs is not kept under control.
693|Protection Mechanism Failure|A protection is missing, too weak or can be got around.
694|Use of Multiple Resources with Duplicate Identifier|Two things have the same name, and the wrong one is used.
696|Incorrect Behavior Order|Steps are taken in the wrong order.
697|Incorrect Comparison|Two things are compared in the wrong way.
703|Improper Check or Handling of Exceptional Conditions|What happens seldom is not expected or not handled.
704|Incorrect Type Conversion or Cast|A value is turned into a type that it does not fit.
706|Use of Incorrectly-Resolved Name or Reference|A name leads to another thing than was meant.
707|Improper Neutralization|Data is passed on without making sure that it is well formed and harmless.
708|Incorrect Ownership Assignment|A thing is given to an owner who should not have it.
710|Improper Adherence to Coding Standards|The code breaks rules that keep code safe.
732|Incorrect Permission Assignment for Critical Resource|Something important may be read or changed by too many.
749|Exposed Dangerous Method or Function|A function that can do harm may be called by others.
754|Improper Check for Unusual or Exceptional Conditions|It is not checked whether something unusual has happened.
755|Improper Handling of Exceptional Conditions|Something unusual is noticed and then handled wrongly.
756|Missing Custom Error Page|An error shows the page of the software behind, with its details.
757|Selection of Less-Secure Algorithm During Negotiation ('Algorithm Downgrade')|Two parties can be made to agree on something weaker than both can do.
759|Use of a One-Way Hash without a Salt|Equal passwords have equal hashes, which can be looked up.
760|Use of a One-Way Hash with a Predictable Salt|The salt of a password hash can be guessed.
763|Release of Invalid Pointer or Reference|Memory is given back through a pointer that does not point to its beginning.
764|Multiple Locks of a Critical Resource|A lock is taken twice by the same party.
770|Allocation of Resources Without Limits or Throttling|As much of a resource is handed out as somebody asks for.
772|Missing Release of Resource after Effective Lifetime|A resource that is no longer needed is never given back.
774|Allocation of File Descriptors or Handles Without Limits or Throttling|As many files are opened as somebody asks for.
775|Missing Release of File Descriptor or Handle after Effective Lifetime|Open files are never closed.
776|Improper Restriction of Recursive Entity References in DTDs ('XML Entity Expansion')|A small XML document grows enormously when its entities are expanded.
778|Insufficient Logging|What matters is not written down.
779|Logging of Excessive Data|So much is written down that it harms.
780|Use of RSA Algorithm without OAEP|RSA encrypts without the padding that makes it safe.
782|Exposed IOCTL with Insufficient Access Control|A control call of a driver can be used by everybody.
783|Operator Precedence Logic Error|A condition means something else because of the order of its operators.
784|Reliance on Cookies without Validation and Integrity Checking in a Security Decision|A cookie that clients can change decides about rights.
786|Access of Memory Location Before Start of Buffer|Memory before a buffer is read or written.
787|Out-of-bounds Write|Memory before or after a buffer is written.
788|Access of Memory Location After End of Buffer|Memory after a buffer is read or written.
789|Memory Allocation with Excessive Size Value|Input decides how much memory is taken.
790|Improper Filtering of Special Elements|Special characters are filtered out wrongly or not at all.
791|Incomplete Filtering of Special Elements|Some special characters get past the filter.
798|Use of Hard-coded Credentials|A credential is written in the program, the same for everybody.
799|Improper Control of Interaction Frequency|Something can be done more often than it should.
804|Guessable CAPTCHA|The test that should keep programs out can be passed by one.
805|Buffer Access with Incorrect Length Value|A buffer is read or written with a length that is not its own.
806|Buffer Access Using Size of Source Buffer|A copy goes by the size of where data comes from, not of where it goes.
807|Reliance on Untrusted Inputs in a Security Decision|Input that clients can change decides about rights.
820|Missing Synchronization|Shared data is used without taking turns.
821|Incorrect Synchronization|Taking turns with shared data is done wrongly.
822|Untrusted Pointer Dereference|A pointer that comes from outside is followed.
823|Use of Out-of-range Pointer Offset|A calculated pointer leaves the memory it should stay in.
824|Access of Uninitialized Pointer|A pointer is followed before it was set.
825|Expired Pointer Dereference|A pointer is followed to memory that is no longer valid.
826|Premature Release of Resource During Expected Lifetime|A resource is given back while it is still needed.
829|Inclusion of Functionality from Untrusted Control Sphere|Code from a source that is not trusted runs as part of the product.
832|Unlock of a Resource that is not Locked|A lock is released that was not taken.
833|Deadlock|Parties wait for each other for ever.
834|Excessive Iteration|A loop runs far more often than it should.
835|Loop with Unreachable Exit Condition ('Infinite Loop')|A loop never ends.
836|Use of Password Hash Instead of Password for Authentication|The stored hash is enough to sign in.
838|Inappropriate Encoding for Output Context|Output is encoded in another way than its reader expects.
839|Numeric Range Comparison Without Minimum Check|Only the upper bound of a number is checked.
840|Business Logic Errors|A category for steps of a business that can be misused.
841|Improper Enforcement of Behavioral Workflow|Steps can be done in another order than they must be.
842|Placement of User into Incorrect Group|A user gets into a group with other rights.
843|Access of Resource Using Incompatible Type ('Type Confusion')|Something is used as if it were of another type.
862|Missing Authorization|It is not checked whether somebody may do what they ask for.
863|Incorrect Authorization|It is checked wrongly whether somebody may do what they ask for.
908|Use of Uninitialized Resource|A resource is used before it was set up.
909|Missing Initialization of Resource|A resource is never set up.
911|Improper Update of Reference Count|The count of users of a resource is wrong, so it ends too early or never.
912|Hidden Functionality|The product can do something that nobody is told of.
913|Improper Control of Dynamically-Managed Code Resources|Variables, objects or code that arise while running can be changed from outside.
914|Improper Control of Dynamically-Identified Variables|Input decides which variable is read or set.
915|Improperly Controlled Modification of Dynamically-Determined Object Attributes|Input sets attributes of an object that it should not reach.
916|Use of Password Hash With Insufficient Computational Effort|Password hashes are so quick to make that passwords can be tried out.
917|Improper Neutralization of Special Elements used in an Expression Language Statement ('Expression Language Injection')|Input becomes part of an expression that is evaluated.
918|Server-Side Request Forgery (SSRF)|The server can be made to call addresses of somebody else's choice.
920|Improper Restriction of Power Consumption|Somebody can empty a battery.
921|Storage of Sensitive Data in a Mechanism without Access Control|Secrets lie in a place that has no protection.
922|Insecure Storage of Sensitive Information|Secrets are stored without enough protection.
923|Improper Restriction of Communication Channel to Intended Endpoints|It is not made sure that the other end is the one that was meant.
924|Improper Enforcement of Message Integrity During Transmission in a Communication Channel|A message that was changed on its way is accepted.
925|Improper Verification of Intent by Broadcast Receiver|A message from anybody is taken for one of the system.
926|Improper Export of Android Application Components|Part of an Android app can be used by other apps.
927|Use of Implicit Intent for Sensitive Communication|A message inside Android can be received by other apps.
939|Improper Authorization in Handler for Custom URL Scheme|Anybody's link can make an app act.
940|Improper Verification of Source of a Communication Channel|It is not checked who began a connection.
941|Incorrectly Specified Destination in a Communication Channel|Data goes to another place than was meant.
942|Permissive Cross-domain Security Policy with Untrusted Domains|Web sites that are not trusted may read answers.
943|Improper Neutralization of Special Elements in Data Query Logic|Input becomes part of a query of whatever language and changes it.
1004|Sensitive Cookie Without 'HttpOnly' Flag|Script in a page can read a cookie that it should not.
1021|Improper Restriction of Rendered UI Layers or Frames|The page can be shown inside another one that misleads the user.
1104|Use of Unmaintained Third Party Components|The product depends on a component that nobody maintains.
1173|Improper Use of Validation Framework|The checks that a framework offers are not used, or not properly.
1188|Initialization of a Resource with an Insecure Default|What comes preset is not safe.
1191|On-Chip Debug and Test Interface With Improper Access Control|The test port of a chip is open.
1220|Insufficient Granularity of Access Control|Rights can only be given too coarsely.
1236|Improper Neutralization of Formula Elements in a CSV File|A cell of an exported table is run as a formula.
1240|Use of a Cryptographic Primitive with a Risky Implementation|Cryptography is home-made, or made in a way that leaks.
1241|Use of Predictable Algorithm in Random Number Generator|Random numbers follow a rule that can be found out.
1242|Inclusion of Undocumented Features or Chicken Bits|A chip has switches that nobody is told of.
1258|Exposure of Sensitive System Information Due to Uncleared Debug Information|Secrets stay readable for debuggers.
1259|Improper Restriction of Security Token Assignment|Marks of identity inside a chip can be given wrongly.
1260|Improper Handling of Overlap Between Protected Memory Ranges|Protected areas of memory overlap, and the weaker protection wins.
1263|Improper Physical Access Control|Whoever stands before the device gets at what is protected.
1275|Sensitive Cookie with Improper SameSite Attribute|A cookie is sent along with requests that come from other sites.
1284|Improper Validation of Specified Quantity in Input|A number that says how much or how many is believed unchecked.
1285|Improper Validation of Specified Index, Position, or Offset in Input|A number that says where is believed unchecked.
1286|Improper Validation of Syntactic Correctness of Input|Input is used although it does not follow its grammar.
1287|Improper Validation of Specified Type of Input|Input is used although it is of another type.
1288|Improper Validation of Consistency within Input|Parts of the input contradict each other, and nobody looks.
1289|Improper Validation of Unsafe Equivalence in Input|Another spelling of a forbidden input is accepted.
1295|Debug Messages Revealing Unnecessary Information|Messages for finding mistakes tell too much.
1300|Improper Protection of Physical Side Channels|Power use, radiation or the like tells something secret.
1321|Improperly Controlled Modification of Object Prototype Attributes ('Prototype Pollution')|Input changes the prototype that all objects of a program share.
1325|Improperly Controlled Sequential Memory Allocation|Many small requests together take too much memory.
1327|Binding to an Unrestricted IP Address|A service listens on all addresses instead of the one that was meant.
1333|Inefficient Regular Expression Complexity|A pattern takes far too long on certain texts.
1336|Improper Neutralization of Special Elements Used in a Template Engine|Input becomes part of a template and is evaluated.
1385|Missing Origin Validation in WebSockets|Any web site may open a connection in the name of its visitor.
1386|Insecure Operation on Windows Junction / Mount Point|A junction at the place of a folder leads the program elsewhere.
1390|Weak Authentication|The proof of identity is easier to fake than it should be.
1391|Use of Weak Credentials|Credentials are easy to guess.
1392|Use of Default Credentials|The product comes with credentials that everybody knows.
1393|Use of Default Password|The product comes with a password that everybody knows.
1395|Dependency on Vulnerable Third-Party Component|A component of the product has a known flaw.
1427|Improper Neutralization of Input Used for LLM Prompting|Input is read by a language model as instructions.
`;
