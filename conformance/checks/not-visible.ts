/** Requirements that nobody can see from outside, each with the reason why. All others have a check. */
export const notVisible: Readonly<Record<string, string>> = {
  'URL-2':
    'The examiner doesn’t know the account id that must not stand in the URL; whoever writes the configuration sees it.',
  'URL-3': 'One run sees one base path. Run the suite once for each that Google was told.',
  'ENV-1': 'Shared keys and data show only in how two environments are operated.',
  'VER-1':
    'Only the first major version is described; two versions side by side are two runs with two pathStyles.',
  'VER-2': 'Needs a second major version that shares the codes of the first; none is described yet.',
  'OV-3':
    'OtpVerification arrives in associateAccount and createMandate, which are no methods of this suite.',
  'IDEM-8':
    'The examiner can’t restart the endpoint or choose the instance that answers. Run `--only IDEM` across a restart.',
  'IDEM-13': 'What a record holds shows only in the store.',
  'ENC-3': 'An exchange of keys happens between people.',
  'ENC-4': 'Where private keys lie can’t be seen.',
  'PGP-2':
    'A second signature is due only while two keys are active. Answers with several are read, and each is judged.',
  'FLOW-3': 'Thirty days are longer than a run.',
  'FLOW-4': 'associateAccount is no method of this suite.',
};
